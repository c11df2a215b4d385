"""Counts over cases, against cases made by hand."""

from datetime import UTC, datetime, timedelta
from typing import cast

from tests.store.making import make_record
from triage.store import (
    Came,
    Deed,
    Ending,
    Field,
    Figures,
    Property,
    RequestClock,
    Restricted,
    StageClocks,
    Store,
)
from triage.store.changing import case_named, change_case, change_particulars
from triage.store.engine import Engine, Row

MARCH = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
SINCE, UNTIL = MARCH
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
TENTH = SINCE + 9 * DAY


def opened(
    store: Store, uid: int, at: datetime, sender: str = "jane", **decided: object
) -> str:
    store.record(
        make_record(
            uid,
            asked={
                "now": at,
                "identity_keys": (f"addr:{sender}@example.org",),
                "address": f"{sender}@example.org",
            },
            decided=decided,
        )
    )
    return f"CMP-2026-{uid:05d}"


def deed(at: datetime) -> Deed:
    return Deed(at=at, by="sam", act="test")


def changed(store: Store, reference: str, **columns: object) -> None:
    engine = store._engine
    with engine.writing():
        change_case(engine, case_named(engine, reference), columns, deed(TENTH))


def test_a_span_has_its_first_instant_and_not_its_last(store: Store) -> None:
    for uid, at in enumerate((SINCE - TICK, SINCE, UNTIL - TICK, UNTIL), 1):
        opened(store, uid, at)

    assert store.figures.came(MARCH).cases == 2


def test_what_became_of_the_cases_that_came(store: Store) -> None:
    merged, gone_on, escalated, _ = (opened(store, n, TENTH) for n in range(1, 5))
    changed(store, merged, merged_into=gone_on, closed_at=TENTH)
    changed(store, gone_on, went_on_at=TENTH)
    changed(store, escalated, escalated_at=TENTH)

    assert Came(4, 1, 1, 1, 0) == store.figures.came(MARCH)


def test_a_case_was_open_at_the_end_if_it_was_closed_later(store: Store) -> None:
    before, after, still = (opened(store, n, TENTH) for n in range(1, 4))
    opened(store, 4, UNTIL)
    changed(store, before, closed_at=UNTIL - TICK)
    changed(store, after, closed_at=UNTIL)
    assert still

    assert store.figures.open_at_end(MARCH) == 2


def test_cases_flow_by_when_they_came_and_by_when_they_were_closed(
    store: Store,
) -> None:
    first, second = opened(store, 1, SINCE), opened(store, 2, TENTH)
    changed(store, first, closed_at=TENTH)
    changed(store, second, closed_at=TENTH)

    flow = store.figures.flow(((SINCE, TENTH), (TENTH, UNTIL)))

    assert flow == [(1, 0), (1, 2)]


def test_the_first_and_the_last_of_a_span(store: Store) -> None:
    opened(store, 1, SINCE - DAY)
    changed(store, opened(store, 2, TENTH), closed_at=TENTH + DAY)

    assert store.figures.first_and_last(MARCH) == (TENTH, TENTH + DAY)


def test_an_empty_span_has_no_first(store: Store) -> None:
    opened(store, 1, UNTIL)

    assert store.figures.first_and_last(MARCH) is None


def test_cases_by_route_the_most_frequent_first(store: Store) -> None:
    opened(store, 1, TENTH, route="a")
    opened(store, 2, TENTH, route="b")
    opened(store, 3, TENTH, route="b")
    opened(store, 4, TENTH, route=None)
    opened(store, 5, UNTIL, route="a")

    counts = store.figures.counted(Property.ROUTE, MARCH)

    assert list(counts.items()) == [("b", 2), (None, 1), ("a", 1)]


def test_outcomes_are_those_of_cases_closed_in_the_span(store: Store) -> None:
    earlier, inside, merged = (opened(store, n, SINCE - DAY) for n in range(1, 4))
    changed(store, earlier, closed_at=SINCE - TICK, outcome="upheld")
    changed(store, inside, closed_at=SINCE, outcome="withdrawn")
    changed(store, merged, closed_at=SINCE, merged_into=inside)

    assert store.figures.endings(Ending.OUTCOME, MARCH) == {"withdrawn": 1}


def test_a_case_with_two_flags_counts_for_both(store: Store) -> None:
    opened(store, 1, TENTH, flags=("legal", "abusive"))
    opened(store, 2, TENTH, flags=("legal",))

    assert store.figures.flags(MARCH) == {"legal": 2, "abusive": 1}


def test_people_by_the_number_of_their_cases(store: Store) -> None:
    opened(store, 1, TENTH, "jane")
    opened(store, 2, TENTH, "jane")
    opened(store, 3, TENTH, "john")
    opened(store, 4, UNTIL, "john")

    assert store.figures.people(MARCH) == {1: 1, 2: 1}


def test_particulars_are_counted_as_they_are_written(store: Store) -> None:
    engine = store._engine
    for uid, at in ((1, TENTH), (2, TENTH), (3, UNTIL)):
        case = case_named(engine, opened(store, uid, at))
        with engine.writing():
            change_particulars(engine, case, {Field.CENTRE: "XY123"}, deed(TENTH))

    assert store.figures.texts(Field.CENTRE, MARCH) == {"XY123": 2}


def test_requests_about_personal_data_come_with_their_clocks(store: Store) -> None:
    engine = store._engine
    case_id = case_named(engine, opened(store, 1, SINCE))["id"]
    with engine.writing():
        engine.run_each(
            "INSERT INTO requests (case_id, kind, received_at, due_at, words, done_at)"
            " VALUES (?, ?, ?, ?, '', ?)",
            [
                (case_id, "access", SINCE, UNTIL, TENTH),
                (case_id, "erasure", UNTIL - TICK, UNTIL, None),
                (case_id, "objection", UNTIL, UNTIL, None),
            ],
        )

    assert store.figures.requests(MARCH) == [
        RequestClock("access", UNTIL, TENTH),
        RequestClock("erasure", UNTIL, None),
    ]


def test_restrictions_by_what_was_decided_in_the_span(store: Store) -> None:
    engine = store._engine
    case = case_named(engine, opened(store, 1, SINCE))
    never = UNTIL + 90 * DAY
    rows = [
        # proposed, lapses, approved, ended, how
        (TENTH, never, TENTH, None, None),
        (TENTH, never, None, TENTH, "rejected"),
        (SINCE - DAY, never, SINCE - DAY, TENTH, "lifted"),
        (SINCE - DAY, UNTIL, SINCE - DAY, None, None),
        (TENTH, never, TENTH, UNTIL, "lifted"),
        (UNTIL, never, UNTIL, None, None),
    ]
    with engine.writing():
        engine.run_each(
            "INSERT INTO restrictions (person, case_id, kind, proposed_by, review_on,"
            " proposed_at, lapses_at, approved_at, ended_at, ended_how)"
            " VALUES (?, ?, 'one-contact', 'sam', '2026-06-30', ?, ?, ?, ?, ?)",
            [(case["person"], case["id"], *row) for row in rows],
        )

    assert store.figures.restrictions(MARCH) == [
        Restricted("one-contact", 3, 2, 1, 1, in_force=2)
    ]


def test_a_kind_without_anything_in_the_span_is_left_out(store: Store) -> None:
    engine = store._engine
    case = case_named(engine, opened(store, 1, SINCE))
    with engine.writing():
        engine.run(
            "INSERT INTO restrictions (person, case_id, kind, proposed_by, review_on,"
            " proposed_at, lapses_at)"
            " VALUES (:person, :case_id, 'post', 'sam', '2026-06-30', :at, :at)",
            person=case["person"],
            case_id=case["id"],
            at=UNTIL,
        )

    assert store.figures.restrictions(MARCH) == []


def test_a_stage_that_is_over_and_the_present_one_are_both_there(
    store: Store,
) -> None:
    reference = opened(store, 1, SINCE)
    changed(store, reference, acknowledge_by=SINCE + DAY, answered_at=SINCE + DAY)
    store.record(
        make_record(
            2,
            asked={"now": TENTH},
            decided={"case": reference, "route": "escalation"},
            escalates=True,
        )
    )

    assert [
        StageClocks(clock_from=TENTH, acknowledge_by=SINCE + DAY, is_directors=True),
        StageClocks(
            clock_from=SINCE,
            acknowledge_by=SINCE + DAY,
            answered_at=SINCE + DAY,
            ended_at=TENTH,
        ),
    ] == list(store.figures.stages(MARCH))
    assert store.figures.count_stages(MARCH) == 2


def test_what_was_acknowledged_before_the_reopening_is_counted_once(
    store: Store,
) -> None:
    reference = opened(store, 1, SINCE)
    told_at = SINCE + TICK
    changed(store, reference, acknowledge_by=SINCE + DAY, acknowledged_at=told_at)
    for at in (SINCE + DAY, TENTH):
        store.register.answer(reference, deed(at - TICK))
        store.register.close(reference, deed(at), "answered")
        store.register.reopen(reference, deed(at), at + DAY, at + 2 * DAY)

    stages = sorted(store.figures.stages(MARCH), key=lambda each: each.clock_from)

    assert [told_at, None, None] == [each.acknowledged_at for each in stages]
    assert [each.acknowledge_by for each in stages] == [SINCE + DAY, None, None]


def test_what_was_reopened_after_the_escalation_was_a_director_s(store: Store) -> None:
    reference = opened(store, 1, SINCE)
    changed(store, reference, escalated_at=SINCE + DAY, clock_from=TENTH)
    row = case_named(store._engine, reference)
    store._engine.run(
        "INSERT INTO stages (case_id, ended_at, ended_by, clock_from)"
        " VALUES (:id, :ended_at, 'reopened', :clock_from)",
        id=row["id"],
        ended_at=TENTH,
        clock_from=SINCE + DAY,
    )

    _, past = store.figures.stages(MARCH)

    assert past.is_directors


def test_a_stage_is_there_once_however_many_begin_at_one_instant(store: Store) -> None:
    engine = store._engine
    case_id = case_named(engine, opened(store, 1, UNTIL))["id"]
    with engine.writing():
        engine.run_each(
            "INSERT INTO stages (case_id, ended_at, ended_by, clock_from)"
            " VALUES (?, ?, 'reopened', ?)",
            [(case_id, TENTH, SINCE)] * 5_009,
        )

    assert sum(1 for _ in store.figures.stages(MARCH)) == 5_009


def test_a_stage_belongs_to_the_span_in_which_its_clock_began(store: Store) -> None:
    for uid, at in enumerate((SINCE - TICK, SINCE, UNTIL - TICK, UNTIL), 1):
        opened(store, uid, at)

    begun = [stage.clock_from for stage in store.figures.stages(MARCH)]

    assert begun == [SINCE, UNTIL - TICK]


class Listening:
    """An engine that remembers how each query goes about its work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.plans: list[str] = []

    def rows(self, sql: str, **values: object) -> list[Row]:
        plan = self._engine.rows(f"EXPLAIN QUERY PLAN {sql}", **values)
        self.plans += (row["detail"] for row in plan)
        return self._engine.rows(sql, **values)

    def one(self, sql: str, **values: object) -> Row:
        return self.rows(sql, **values)[0]


def test_no_figure_goes_through_all_cases(store: Store) -> None:
    listening = Listening(store._engine)
    figures = Figures(cast("Engine", listening))

    figures.came(MARCH)
    figures.open_at_end(MARCH)
    figures.first_and_last(MARCH)
    figures.flow((MARCH,))
    figures.counted(Property.TOPIC, MARCH)
    figures.endings(Ending.ROOT_CAUSE, MARCH)
    figures.flags(MARCH)
    figures.people(MARCH)
    figures.texts(Field.CENTRE, MARCH)
    figures.count_stages(MARCH)
    list(figures.stages(MARCH))

    scans = {plan for plan in listening.plans if plan.startswith("SCAN")}
    assert {
        "SCAN f VIRTUAL TABLE INDEX 1:",
        "SCAN s VIRTUAL TABLE INDEX 1:",
        "SCAN (subquery-1)",
        "SCAN (subquery-2)",
        "SCAN CONSTANT ROW",
    } >= scans
