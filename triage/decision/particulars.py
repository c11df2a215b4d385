"""What a case takes from the words of a mail, by the rules' `[[particular]]`."""

from collections.abc import Iterator

from triage.ruleset.evidence import Evidence
from triage.ruleset.schema import Particular, RuleFiles

LONGEST_WORDS = 80
"""Characters of the words of one signal."""
BETWEEN = "; "


def particulars(evidence: Evidence, tables: RuleFiles) -> dict[str, str]:
    """Return the fields that a mail fills, each with the writer's own words."""
    found = {
        each.id: BETWEEN.join(_words(each, evidence)) for each in tables.particular
    }
    return {name: words for name, words in found.items() if words}


def _words(particular: Particular, evidence: Evidence) -> Iterator[str]:
    """Yield the first words of each signal that say more than those before."""
    said = ""
    for signal in particular.signals:
        for hit in evidence.hits:
            if hit.signal != signal:
                continue
            words = _on_one_line(hit.text)
            if words and words.casefold() not in said:
                said += words.casefold()
                yield words
            break


def _on_one_line(text: str) -> str:
    """Cut words down to what can stand in a list: one line, nothing invisible."""
    shown = "".join(c if c.isprintable() and c != ";" else " " for c in text)
    line = " ".join(shown.split())
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 1]}…"
