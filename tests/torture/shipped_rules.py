"""The shipped rules as an installation of ours has them."""

import re
import shutil
from pathlib import Path

from triage import shipped

AUTHSERV = "mx.examboard.example"
"""Whose Authentication-Results an installation believes."""
_BUDGETS = re.compile(r"^((?:sender|domain|all)_per_\w+) = \d+", re.MULTILINE)
_NEVER_SPENT = r"\1 = 100000"


def lay_shipped_rules(folder: Path, *, budgets: bool = False) -> None:
    """Put the shipped rules in a folder's place; `budgets` as they are, or endless."""
    shutil.rmtree(folder)
    shutil.copytree(shipped.rules(), folder)
    if not budgets:
        senders = folder / "80-senders.toml"
        text, changed = _BUDGETS.subn(_NEVER_SPENT, senders.read_text("utf-8"))
        assert changed == 3
        senders.write_text(text, "utf-8")
