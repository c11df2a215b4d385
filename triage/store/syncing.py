"""What was written is on the disk, and under its name."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Make what a file holds durable, or the names in a folder."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
