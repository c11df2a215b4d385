"""Prints every transcript anew: `python -m tests.cli.transcripts [-k WORDS]`."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

if __name__ == "__main__":
    plugin = ("-p", "tests.cli.transcripts.writing", "-p", "no:xdist")
    sys.exit(pytest.main([*plugin, str(HERE), *sys.argv[1:]]))
