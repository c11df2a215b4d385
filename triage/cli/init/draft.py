"""A commented config, filled in line by line so that its comments stay."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(slots=True)
class Draft:
    """The text of a config.toml that is being written."""

    text: str

    def put(self, table: str, key: str, value: object) -> None:
        """Give a key of a table a value, in the place of its line or comment.

        Raises LookupError where the text has no such line.
        """
        start, end = self._span(table)
        line = re.compile(
            rf"^(?:# )?{re.escape(key)} = .*?(?P<why> {{2,}}# .*)?$", re.MULTILINE
        )
        found = line.search(self.text, start, end)
        if found is None:
            raise LookupError(f"there is no line for {key} in [{table}]")
        written = f"{key} = {toml(value)}{found['why'] or ''}"
        self.text = self.text[: found.start()] + written + self.text[found.end() :]

    def take_away(self, table: str, key: str) -> None:
        """Make a comment of a key's line."""
        start, end = self._span(table)
        line = re.compile(rf"^{re.escape(key)} = ", re.MULTILINE)
        found = line.search(self.text, start, end)
        if found is not None:
            self.text = f"{self.text[: found.start()]}# {self.text[found.start() :]}"

    def set_table(self, table: str, rows: Mapping[str, object], why: str) -> None:
        """Write a table at the end with a comment above it, in place of its like."""
        lines = (f"{key} = {toml(value)}" for key, value in rows.items())
        heading = f"\n\n# {why}\n[{table}]\n"
        before, _, after = self.text.partition(heading)
        _, gap, later = after.partition("\n\n")
        kept = f"{before.rstrip()}{gap}{later}".rstrip()
        self.text = kept + heading + "\n".join(lines) + "\n"

    def _span(self, table: str) -> tuple[int, int]:
        """Return where a table's lines begin and end."""
        start = self.text.index(f"\n[{table}]\n") + 1
        following = re.compile(r"^\[", re.MULTILINE).search(self.text, start + 1)
        return start, following.start() if following else len(self.text)


def toml(value: object) -> str:
    """Write a value as TOML does; a dict becomes an inline table."""
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, date):
        return value.isoformat()
    # Strings, numbers, booleans and lists of these are written alike in JSON.
    return json.dumps(value, ensure_ascii=False)
