"""What comes to its end, as signs: told once before, and once more when it is over.

They are kept apart from what is wrong now: nothing fails yet, and no probe should.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from triage.alarm.book import Entry, Moment
from triage.alarm.model import ENDS, Kind
from triage.alarm.signs import Sign, Signs, well
from triage.oauth.expiry import Expiry, foretold, is_soon


def ending_signs(
    ends: Mapping[str, Expiry | None],
    before: Signs,
    standing: Iterable[Entry],
    moment: Moment,
    within: timedelta,
) -> Signs:
    """Tell of everything that may end how near that is.

    While nobody knows, as before a server was connected to, nothing changes.
    """
    told = {each.name: each for each in standing if each.kind in ENDS}
    found: dict[str, Sign] = {}
    for name, expiry in ends.items():
        signs = (
            _unchanged(name, before, told, moment)
            if expiry is None
            else _signs(expiry, before, moment, within)
        )
        found |= {sign.name: sign for sign in signs}
    return found


def _signs(
    expiry: Expiry, before: Signs, moment: Moment, within: timedelta
) -> Iterator[Sign]:
    for kind, is_so in (
        (Kind.ENDING, is_soon(expiry, moment.now, within)),
        (Kind.ENDED, expiry.at <= moment.now),
    ):
        name = f"{kind}:{expiry.name}"
        if is_so:
            was = before.get(name)
            since = moment.steady if was is None or was.is_well else was.since
            yield Sign(
                kind=kind,
                job=expiry.name,
                is_well=False,
                since=since,
                why=foretold(expiry),
            )
        else:
            yield well(kind, moment.steady, before, expiry.name)


def _unchanged(
    name: str, before: Signs, told: Mapping[str, Entry], moment: Moment
) -> Iterator[Sign]:
    for kind in ENDS:
        key = f"{kind}:{name}"
        if key in before:
            yield before[key]
        elif key in told:
            yield Sign(
                kind=kind,
                job=name,
                is_well=False,
                since=moment.steady,
                why=told[key].what,
            )
