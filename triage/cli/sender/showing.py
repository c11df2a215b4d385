"""`triage sender show`: a page per person."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from triage.cli.listing import columns, day, moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.sender.meaning import person_meant
from triage.cli.terminal import printable
from triage.decision import Excess, excesses, spelling_in_words, written_within
from triage.errors import ConfigError
from triage.ruleset.schema import Flag, RuleFiles
from triage.store import (
    AuditEntry,
    Restriction,
    SenderCase,
    SenderFile,
    SenderMail,
    Tie,
)
from triage.wiring import now, open_store, rulebook_in_force

MOST_FLAGGED = 20
MOST_EXCESSES = 5


@click.command("show", short_help="Show all about one person.")
@click.argument("named", metavar="ADDRESS|CASE")
@config_option
@json_option
def show_sender(named: str, config: Path, as_json: bool) -> None:
    """Show the person of ADDRESS, or who opened CASE.

    Addresses and why they are one person's, restrictions, cases, how often they wrote,
    what they went on about, flags with the words that raised them, and our letters.
    """
    at = now()
    with open_store(config) as store:
        tables = rulebook_in_force(config, store).ruleset.tables
        root = person_meant(named, store, tables.senders)
        found = store.senders.show(root)
        if found is None:
            raise ConfigError(f"there is no person {root}; see: triage sender list")
        restrictions = store.restrictions.of_person(root, at)
        deeds = store.audit.entries(f"person {root}")
    if as_json:
        whole = plain(found) | {
            "windows": _windows_plain(found, tables, at),
            "restrictions": plain(restrictions),
            "deeds": plain(deeds),
        }
        click.echo(json.dumps(whole))
        return
    for line in _page(found, tables, restrictions, deeds, at):
        click.echo(printable(line))


def _page(
    found: SenderFile,
    tables: RuleFiles,
    restrictions: list[Restriction],
    deeds: list[AuditEntry],
    at: datetime,
) -> Iterator[str]:
    yield f"person {found.person}, known since {day(found.since)}"
    yield from _section("addresses", _addresses(found))
    yield from _section("why this is one person", map(_tie, found.ties))
    yield from _section("restrictions", _restrictions(restrictions, tables))
    yield from _section("what was decided about them", map(_deed, deeds))
    yield from _section("cases", _cases(found.cases))
    yield from _section("how often they wrote", _windows(found, tables, at))
    yield from _section("went on after the answer", _insistence(found.cases))
    yield from _section("flags, and the words that raised them", _flags(found, tables))
    yield from _section("letters to them", _letters(found))


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield heading
    shown = False
    for line in lines:
        shown = True
        yield f"  {line}"
    if not shown:
        yield "  none"


def _addresses(found: SenderFile) -> Iterator[str]:
    for each in found.addresses:
        mails = _how_many(each.mails, "mail")
        line = f"{each.address}: {mails}, {day(each.first_at)}"
        if each.mails > 1:
            line += f" to {day(each.last_at)}"
        if each.bounced_at is not None:
            line += f"; a letter of ours came back on {day(each.bounced_at)}"
        yield line


def _tie(tie: Tie) -> str:
    what = spelling_in_words(tie.spelling)
    if tie.at is None:
        return f"{what}: known before this was kept, or by hand"
    mail = f"the mail of {moment(tie.at)} from {tie.address}"
    if tie.reference:
        mail += f" ({tie.reference})"
    if tie.by is None:
        return f"{what}: by {mail}"
    return f"{what}: with {spelling_in_words(tie.by)}, in {mail}"


def _restrictions(found: list[Restriction], tables: RuleFiles) -> Iterator[str]:
    for each in reversed(found):
        kind = tables.restrictions.kinds.get(each.kind)
        title = f" ({kind.title})" if kind else ""
        yield f"{each.id}: {each.kind}{title}: {each.state}"
        contact = f", answered by {each.contact}" if each.contact else ""
        yield f"   in case {each.reference}, until {_on(each.review.on)}{contact}"
        yield f"   proposed by {each.proposed_by} on {day(each.proposed_at)}"
        if each.approved_by:
            yield f"   approved by {each.approved_by} on {day(each.approved_at)}"
        if each.ended_by:
            yield f"   {each.state} by {each.ended_by} on {day(each.ended_at)}"
        yield f"   reason: {each.reason or 'erased'}"
        yield f"   considered: {each.adjustments or 'erased'}"


def _deed(entry: AuditEntry) -> str:
    why = entry.personal.get("why", (None, None))[1]
    what = "; ".join(
        f"{name}: {before or '-'} → {after or '-'}"
        for name, (before, after) in entry.changes.items()
    )
    told = f"{moment(entry.at)}  {entry.by}: {entry.act} ({what})"
    return f"{told}: {why}" if why else told


def _cases(cases: tuple[SenderCase, ...]) -> Iterator[str]:
    if not cases:
        return
    rows = [
        (
            case.reference,
            case.route or "-",
            case.state,
            day(case.opened_at),
            day(case.answered_at),
            str(case.mails),
            ", ".join(case.flags),
        )
        for case in reversed(cases)
    ]
    headings = ("case", "route", "state", "opened", "answered", "mails", "flags")
    yield from columns(headings, rows).splitlines()


def _windows(found: SenderFile, tables: RuleFiles, at: datetime) -> Iterator[str]:
    times = [mail.received_at for mail in found.mails]
    for window in tables.senders.windows:
        within = written_within(times, window, at)
        yield (
            f"{_how_many(within, 'mail')} in the last {window.hours} hours;"
            f" more than {window.messages} make a repeat sender"
        )
        passed = list(excesses(times, window))
        for excess in reversed(passed[-MOST_EXCESSES:]):
            yield f"   {_excess(excess)}"
        if len(passed) > MOST_EXCESSES:
            yield f"   and {_how_many(len(passed) - MOST_EXCESSES, 'earlier time')}"


def _excess(excess: Excess) -> str:
    return (
        f"too many from {moment(excess.over_at)} to {moment(excess.last_at)}, counted"
        f" from {moment(excess.first_at)}: up to {excess.most}"
    )


def _insistence(cases: tuple[SenderCase, ...]) -> Iterator[str]:
    for case in cases:
        if case.after_answer:
            dates = ", ".join(moment(each) or "-" for each in case.after_answer)
            mails = _how_many(len(case.after_answer), "mail")
            yield (
                f"{case.reference}, answered {day(case.answered_at)}: {mails} since"
                f" ({dates})"
            )
        elif case.went_on_at is not None:
            yield f"{case.reference}: went on {moment(case.went_on_at)}"
        if case.near_identical_to:
            yield f"{case.reference} says nearly the same as {case.near_identical_to}"


def _flags(found: SenderFile, tables: RuleFiles) -> Iterator[str]:
    known = {flag.id: flag for flag in tables.flag}
    flagged = [mail for mail in found.mails if mail.flags]
    for mail in flagged[:MOST_FLAGGED]:
        for name in mail.flags:
            where = f"{moment(mail.received_at)} {mail.reference or ''}"
            yield f"{name} on {where}".rstrip()
            yield from (f"   {line}" for line in _raised(mail, known.get(name)))
    if len(flagged) > MOST_FLAGGED:
        yield f"and {_how_many(len(flagged) - MOST_FLAGGED, 'earlier mail')}"


def _raised(mail: SenderMail, flag: Flag | None) -> Iterator[str]:
    """Yield what raised a flag, as far as the rules in force tell."""
    if flag is None:
        yield "the rules have it no longer"
        return
    seen = [hit for hit in mail.hits if hit.signal in flag.any]
    for hit in seen:
        yield f"“{hit.text}” ({hit.signal}) in: {hit.sentence}"
    if not seen:
        yield _WITHOUT_WORDS[flag.history]


_WITHOUT_WORDS = {
    "repeat-sender": "by how often they wrote: see above",
    "insistent": "by writing about what was answered: see above",
    None: "no word: mails like it are flagged, or the rules have changed since",
}


def _letters(found: SenderFile) -> Iterator[str]:
    if not found.letters:
        return
    rows = [
        (
            str(letter.id),
            letter.reference or "-",
            letter.template or letter.kind,
            letter.state,
            moment(letter.changed_at) or "-",
            letter.to,
            letter.reason or "",
        )
        for letter in found.letters
    ]
    headings = ("id", "case", "what", "state", "since", "to", "because")
    yield from columns(headings, rows).splitlines()


def _windows_plain(
    found: SenderFile, tables: RuleFiles, at: datetime
) -> list[dict[str, Any]]:
    times = [mail.received_at for mail in found.mails]
    return [
        {
            "messages": window.messages,
            "hours": window.hours,
            "now": written_within(times, window, at),
            "exceeded": [
                {
                    "first_at": each.first_at.isoformat(),
                    "over_at": each.over_at.isoformat(),
                    "last_at": each.last_at.isoformat(),
                    "most": each.most,
                }
                for each in excesses(times, window)
            ],
        }
        for window in tables.senders.windows
    ]


def _how_many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _on(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b %Y}"
