"""Each guard of triage taken out: a sweep that finds nothing then proves nothing."""

from dataclasses import dataclass

from tests.torture.kills import flows
from tests.torture.kills.power import Cut
from tests.torture.kills.sweep import Extent, Flow

TURNS = frozenset({"fdatasync", "sendto", "recvfrom", "write", "rename"})
"""Between them little is written or said."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that keeps a promise, and the sweep that tries without it."""

    name: str
    flow: Flow
    extent: Extent
    breaks: str
    """The promise that is broken without it."""


def _without(*sabotages: str, most: int = 8) -> Extent:
    return Extent(most=most, again_every=0, calls=TURNS, sabotages=sabotages)


GUARDS = (
    Guard(
        "`finishing` is committed before the dot",
        flows.DISPATCH,
        _without("dot_before_the_commit"),
        "once",
    ),
    Guard(
        "nothing is sent again after the dot",
        flows.DISPATCH,
        _without("sent_again_after_the_dot"),
        "once",
    ),
    Guard(
        "a copy proves that an uncertain letter was taken",
        flows.WITNESSED_IN_SENT,
        _without("copies_not_looked_for"),
        "honest",
    ),
    Guard(
        "UNIQUE (case, kind), under transactions cut into statements",
        flows.DEADLINES,
        _without("committed_piece_by_piece", "without_unique", most=30),
        "once",
    ),
    Guard(
        "a mail is filed after the commit",
        flows.INTAKE,
        _without("moved_before_the_commit"),
        "fate",
    ),
    Guard(
        "one message is one transaction",
        flows.INTAKE,
        _without("committed_piece_by_piece"),
        "fate",
    ),
    Guard(
        "reminders are noted with their mail",
        flows.DEADLINES,
        _without("committed_piece_by_piece", most=30),
        "fate",
    ),
    Guard(
        "a mail is seen once it is noted",
        flows.ANSWERS,
        _without("seen_before_it_is_noted"),
        "fate",
    ),
    Guard(
        "a test mail that was moved, and not noted, is found where it was put",
        flows.CANARY_BACK,
        _without("canary_looked_for_in_the_inbox_alone"),
        "honest",
    ),
    Guard(
        "a test mail that may not have gone out waits for nobody",
        flows.CANARY,
        _without("canary_left_to_a_person"),
        "settled",
    ),
    Guard(
        "no start is a way around a trial",
        flows.REFUSED,
        _without("folders_trusted_at_a_start", most=3),
        "fate",
    ),
    Guard(
        "a backup is whole before it has its name",
        flows.CARELESS_BACKUPS,
        _without(most=4),
        "fate",
    ),
    Guard(
        "a restored store comes in whole",
        flows.CARELESS_RESTORE,
        _without(most=4),
        "fate",
    ),
    Guard(
        "what is erased is overwritten",
        flows.CARELESS_ERASE,
        _without(most=2),
        "private",
    ),
    Guard(
        "synchronous = FULL, when the power goes off",
        flows.DISPATCH,
        Extent(
            most=8,
            again_every=0,
            calls=TURNS,
            cuts=(Cut.NOTHING,),
            sabotages=("commits_not_synced",),
        ),
        "once",
    ),
)
