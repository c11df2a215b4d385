"""The form of the two gates: small named rules, each one question about a message."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from triage.decision.authentication import Verdict, verdicts
from triage.decision.model import History, Ourselves, Reason, Rules, Sighting
from triage.decision.sender import is_form, is_trusted_form, person_key, who_writes
from triage.message.model import Address, Message
from triage.ruleset.schema import RuleFiles

DENIALS = frozenset({"no", "false", "0", "none"})


@dataclass(frozen=True)
class Seen:
    """Everything that a rule of the gates may look at."""

    sighting: Sighting
    history: History
    ruleset: Rules
    ourselves: Ourselves
    now: datetime

    @property
    def message(self) -> Message:
        return self.sighting.message

    @property
    def tables(self) -> RuleFiles:
        return self.ruleset.tables

    def values(self, field: str) -> tuple[str, ...]:
        return self.message.headers.all(field)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        return verdicts(self.message.headers, self.ourselves.authserv_id)

    @cached_property
    def person(self) -> Address | None:
        return who_writes(self.message, self.ourselves)

    @cached_property
    def is_form(self) -> bool:
        return is_form(self.message, self.ourselves)

    @cached_property
    def is_trusted_form(self) -> bool:
        return is_trusted_form(self.message, self.ourselves)

    def is_ours(self, address: str) -> bool:
        """Whether an address is one of ours, +tags aside."""
        return self._is_among(address, self.ourselves.addresses)

    def is_siblings(self, address: str) -> bool:
        """Whether an address is that of another mailbox of ours."""
        return self._is_among(address, self.ourselves.siblings)

    def _is_among(self, address: str, those: frozenset[str]) -> bool:
        senders = self.tables.senders
        return address in those or person_key(address, senders) in {
            person_key(each, senders) for each in those
        }

    def mark(
        self, marks: tuple[str, ...], denials: frozenset[str] = DENIALS
    ) -> str | None:
        """Find the first of some header marks: `Name`, or `Name: how its value begins`.

        A field that denies itself, such as `X-Autoreply: no`, is no mark.
        """
        fields = self.message.headers.index
        return next(
            (
                mark
                for mark, (name, start) in zip(marks, in_parts(marks), strict=True)
                if name in fields and _is_marked(fields[name], start, denials)
            ),
            None,
        )

    def is_system(self, address: str) -> bool:
        """Whether a local part is a machine's, its separators and +tag aside."""
        local = address.rpartition("@")[0]
        pattern = local_parts(self.tables.automatic.system_senders)
        spellings = (local, local.partition("+")[0], re.sub(r"[-_.]", "", local))
        return any(pattern.fullmatch(spelling) for spelling in spellings)


@lru_cache(maxsize=8)
def in_parts(marks: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each mark's field name and how its value begins, both lower-cased."""
    parts = (mark.lower().partition(":") for mark in marks)
    return tuple((name.strip(), start.strip()) for name, _, start in parts)


def _is_marked(values: tuple[str, ...], start: str, denials: frozenset[str]) -> bool:
    plain = (value.strip().lower() for value in values)
    if start:
        return any(value.startswith(start) for value in plain)
    return any(value not in denials for value in plain)


@lru_cache(maxsize=8)
def local_parts(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for local parts in which * stands for anything."""
    alternatives = (re.escape(p.lower()).replace(r"\*", ".*") for p in patterns)
    return re.compile("|".join(alternatives) or r"(?!)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule: a stable code, a sentence for people, and one question.

    The question answers False, True, or a detail for the sentence. A detail comes from
    our own lists, never from the message: reasons are logged.
    """

    code: str
    sentence: str
    asks: Callable[[Seen], bool | str | None]
    of_forms: bool = False
    """Whether mail of our own web forms is asked as well."""


def reasons(gates: tuple[Gate, ...], seen: Seen) -> Iterator[Reason]:
    """Every rule that holds, in the table's order."""
    for gate in gates:
        if seen.is_form and not gate.of_forms:
            continue
        answer = gate.asks(seen)
        if answer:
            detail = f" ({answer})" if isinstance(answer, str) else ""
            yield Reason(gate.code, gate.sentence + detail)
