"""Names that come more often than is usual for them, and where rules were overruled."""

from collections import Counter
from collections.abc import Iterable, Mapping
from unicodedata import category

from triage.report.comparing import FLOOR, LEVEL, Compared, compare
from triage.report.tables import (
    Chart,
    Column,
    Exhibit,
    Form,
    Section,
    Table,
    Unit,
    section_of,
)
from triage.store import Times, TrackRecord

MOST_FREQUENT = 10
LONGEST_NAME = 60
NAMELESS = "(nothing legible)"


def unusual_section(
    centres: tuple[Mapping[str, int], Mapping[str, int]],
    syllabuses: tuple[Mapping[str, int], Mapping[str, int]],
) -> Section:
    """What stands out; each pair is the counts of the period and of the year before."""
    return section_of(
        "unusual",
        "More than usual",
        (
            _compared_exhibit("centres", "Centres", *centres),
            _compared_exhibit("syllabuses", "Syllabuses", *syllabuses),
        ),
        "Each name's share of the cases is compared with its share in the twelve months"
        f" before. “Usual” is what that share would have made now. A name is"
        f" called “more than usual” only with at least {FLOOR} cases, and only"
        " where the chance that even one name of the list is there by accident is under"
        f" {LEVEL:.0%} (Fisher's exact test, corrected by Holm's method for the number"
        " of names). It says that more came, not why: a centre may be larger than"
        " before, or may pass on its families' complaints more readily.",
        "Only cases whose centre or syllabus is recorded are in it, as they were"
        " written; two spellings of one name count as two.",
    )


def _compared_exhibit(
    id_: str, what: str, now: Mapping[str, int], before: Mapping[str, int]
) -> Exhibit:
    compared = compare(_one_spelling(now), _one_spelling(before, now))
    standing_out = [each for each in compared if each.stands_out]
    frequent = [each for each in compared if each.now >= FLOOR][:MOST_FREQUENT]
    others = [each for each in frequent if not each.stands_out]
    listed = [*standing_out, *others]
    table = Table(
        id=id_,
        caption=f"{what} that stand out, then those with the most cases",
        columns=(
            Column("name", what, Unit.TEXT),
            Column("cases", "In this period"),
            Column("usual", "Usual", Unit.FIGURE),
            Column("before", "In the 12 months before"),
            Column("verdict", "Verdict", Unit.TEXT),
            Column("chance", "Chance of so many by accident", Unit.CHANCE),
        ),
        rows=tuple(
            (
                each.name,
                each.now,
                each.usual,
                each.before,
                _verdict(each),
                each.chance,
            )
            for each in listed
        ),
        note=_what_is_compared(now, before),
    )
    chart = Chart(form=Form.BARS, label="name", series=("cases", "usual"))
    return Exhibit(table, chart if listed else None)


def _verdict(compared: Compared) -> str:
    if compared.chance is None:
        return "cannot be compared"
    return "more than usual" if compared.stands_out else "not clearly more"


def _what_is_compared(now: Mapping[str, int], before: Mapping[str, int]) -> str:
    if not before:
        return "Nothing is recorded of the year before: nothing can be compared."
    return (
        f"Compared: {sum(now.values()):,} cases of this period with"
        f" {sum(before.values()):,} of the year before."
    )


def _one_spelling(
    counts: Mapping[str, int], shown_as: Mapping[str, int] | None = None
) -> Counter[str]:
    """Put together what differs only in capitals and spaces, under one spelling."""
    spellings = {_key(text): _short(text) for text in (*counts, *(shown_as or ()))}
    together: Counter[str] = Counter()
    for text, number in counts.items():
        together[spellings[_key(text)]] += number
    return together


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()[:LONGEST_NAME]


def _short(text: str) -> str:
    """One line without controls, direction marks and what is no character."""
    words = " ".join(text.split())
    line = "".join(c for c in words if category(c)[0] != "C") or NAMELESS
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"


def overruled_section(record: TrackRecord) -> Section:
    """Where people changed what the rules decided."""
    corrections = tuple(
        (before, after, times) for (before, after), times in record.corrections.items()
    )
    return section_of(
        "overruled",
        "Rules overruled",
        (
            _overruled_exhibit("overruled-routes", "route", record.routes),
            _overruled_exhibit("overruled-lines", "line of the rules", record.rules),
            Exhibit(
                Table(
                    id="corrections",
                    caption="What people changed",
                    columns=(
                        Column("before", "Route by the rules", Unit.TEXT),
                        Column("after", "Route by a person", Unit.TEXT),
                        Column("times", "Times"),
                    ),
                    rows=corrections,
                )
            ),
        ),
        "How often people moved a case from the route that the rules had given it."
        " Mails that came in the period are counted, follow-ups included.",
    )


def _overruled_exhibit(id_: str, what: str, records: Mapping[str, Times]) -> Exhibit:
    rows = tuple(
        (name, times.decided, times.overruled, times.overruled / times.decided)
        for name, times in _most_overruled(records.items())
    )
    table = Table(
        id=id_,
        caption=f"Overruled by {what}, the most often overruled first",
        columns=(
            Column("id", what.capitalize(), Unit.TEXT),
            Column("decided", "Decided"),
            Column("overruled", "Overruled"),
            Column("share", "Share", Unit.SHARE),
        ),
        rows=rows,
        note="What was never overruled is left out.",
    )
    chart = Chart(form=Form.BARS, label="id", series=("overruled",))
    return Exhibit(table, chart if rows else None)


def _most_overruled(
    records: Iterable[tuple[str, Times]],
) -> list[tuple[str, Times]]:
    overruled = (each for each in records if each[1].overruled)
    return sorted(overruled, key=lambda each: (-each[1].overruled, each[0]))
