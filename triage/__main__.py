"""`triage`, and `python -m triage`."""


def main() -> None:
    """Run one command and leave with its exit status."""
    # The reader process imports this module again, and needs no command.
    from triage.cli import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
