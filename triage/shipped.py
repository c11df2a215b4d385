"""Where the rules, templates and example configuration that come with triage lie."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _root() -> Path:
    """The wheel's copy, or the checkout that this module stands in."""
    packed = _HERE / "_shipped"
    return packed if packed.is_dir() else _HERE.parent


def rules() -> Path:
    """Return the folder of the shipped rule files."""
    return _root() / "rules"


def templates() -> Path:
    """Return the folder of the shipped templates."""
    return _root() / "templates"


def example_config() -> Path:
    """Return the example configuration, which `triage init` copies."""
    return _root() / "config.example.toml"
