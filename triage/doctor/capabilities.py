"""What an IMAP server can do, and what that means for us."""

from collections.abc import Iterator, Set

from triage.doctor.finding import Finding, failed, note, ok


def judge_capabilities(
    offered: Set[str], *, files: bool, poll_seconds: int
) -> Iterator[Finding]:
    """Say what each capability that we would use means; `files`: mail is moved."""
    yield _idle(offered, poll_seconds)
    yield _filing(offered, files=files)
    if "NAMESPACE" in offered:
        yield ok("imap.namespace", "NAMESPACE: the server says where folders belong")
    else:
        yield note(
            "imap.namespace",
            "no NAMESPACE: folders are made beside INBOX, at the top",
        )


def can_file(offered: Set[str]) -> bool:
    """True where mail can be moved without touching other mail."""
    return not offered.isdisjoint({"MOVE", "UIDPLUS"})


def _idle(offered: Set[str], poll_seconds: int) -> Finding:
    if "IDLE" in offered:
        return ok("imap.idle", "IDLE: new mail is noticed at once")
    return note(
        "imap.idle",
        f"no IDLE: new mail is noticed within {poll_seconds} seconds (poll_seconds)",
    )


def _filing(offered: Set[str], *, files: bool) -> Finding:
    if not files:
        return note("imap.filing", "file = false: complaints stay where they arrive")
    if "MOVE" in offered:
        return ok("imap.filing", "MOVE: a complaint is filed in one step")
    if "UIDPLUS" in offered:
        return ok(
            "imap.filing",
            "no MOVE, but UIDPLUS: a complaint is copied, and then removed by its UID",
        )
    return failed(
        "imap.filing",
        "neither MOVE nor UIDPLUS: nothing can be filed without touching other mail",
        "set file = false in [mailbox], or use another server",
    )
