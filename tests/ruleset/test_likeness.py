"""The second opinion: learnt from labelled mails, read from a file, asked."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ruleset.rule_files import FRAME
from triage.errors import ConfigError
from triage.message.model import Message
from triage.ruleset import Labelled, compile_ruleset, find_evidence, learn_likeness
from triage.ruleset.likeness import (
    FLAG,
    ROLE,
    ROUTE,
    SERIES_RUNNING,
    Likeness,
    features_of,
    read_likeness,
    softmax,
    written,
)

ASKED = '\n[second_opinion]\nfile = "likeness.csv"\n'


def labelled(
    words: str,
    route: str,
    role: str | None = None,
    flags: frozenset[str] | None = None,
    **more: Any,
) -> Labelled:
    """A mail; `more` may say its `writer`, and that a series is `running`."""
    features = features_of([({"text"}, words.encode())], ())
    running = bool(more.get("running"))
    return Labelled(features, more.get("writer", words), route, role, flags, running)


MAILS = [
    *[labelled(f"the website is down {n}", "web", "learner") for n in "abcde"],
    *[labelled(f"my lessons were bad {n}", "school", "parent") for n in "abcde"],
]


def likeliest(likeness: Likeness, words: str, kind: str = ROUTE, **more: bool) -> str:
    tally = likeness.tally(features_of([({"text"}, words.encode())], ()))
    shares = likeness.shares(
        tally, kind, series_running=more.get("series_running", False)
    )
    return next(iter(shares))


def test_a_mail_is_like_those_with_its_words() -> None:
    likeness = learn_likeness(MAILS)

    assert likeliest(likeness, "this website") == "web"
    assert likeliest(likeness, "such lessons") == "school"
    assert likeliest(likeness, "such lessons", ROLE) == "parent"


def test_shares_add_up_to_one_and_the_greatest_comes_first() -> None:
    likeness = learn_likeness(MAILS)

    tally = likeness.tally(features_of([({"text"}, b"website")], ()))
    shares = likeness.shares(tally, ROUTE, series_running=False)

    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_the_same_mails_give_the_same_file() -> None:
    assert written(learn_likeness(MAILS)) == written(learn_likeness(list(MAILS)))


def test_what_is_written_is_read_back() -> None:
    likeness = learn_likeness(MAILS)

    assert read_likeness(written(likeness), "x.csv") == likeness


def test_a_word_of_one_writer_is_not_kept() -> None:
    own = [labelled(f"zebediah wrote {n}", "web", writer="z") for n in "abc"]

    likeness = learn_likeness([*MAILS, *own])

    assert "zebediah" not in {row.lower() for row in likeness.rows}


def test_every_number_counts_alike() -> None:
    features = features_of([({"text"}, b"paper 0580 of 12")], ())

    assert {"#", "paper #", "# of"} <= features
    assert "0580" not in features


def test_forwarded_mail_counts_only_where_it_is_read_as_the_writers() -> None:
    line = b"the website"

    assert features_of([({"forwarded"}, line)], ()) == frozenset()
    assert "website" in features_of([({"forwarded", "text"}, line)], ())


def test_a_word_that_speaks_against_a_route_is_not_told_for_it() -> None:
    rows = {"x": (0, 40, -100)}
    likeness = Likeness(("route:a", "route:b", "flag:f"), rows)

    assert likeness.speaking_for("route:a", ["x"]) == []
    assert likeness.speaking_for("route:b", ["x"]) == ["x"]


def test_quoted_mail_is_not_the_writers() -> None:
    assert features_of([({"quoted"}, b"the website")], ()) == frozenset()


def test_a_running_series_may_tell_two_routes_apart() -> None:
    mails = [
        *[labelled(f"the paper was bad {n}", "live", running=True) for n in "abcdef"],
        *[labelled(f"the paper was bad {n}", "later") for n in "abcdef"],
    ]
    likeness = learn_likeness(mails)

    assert SERIES_RUNNING in likeness.rows
    assert likeliest(likeness, "the paper", series_running=True) == "live"
    assert likeliest(likeness, "the paper", series_running=False) == "later"


def test_a_flag_that_enough_mails_have_is_learnt() -> None:
    mails = [
        *[
            labelled(f"he beats me {n}", "a", flags=frozenset({"harm"}))
            for n in range(8)
        ],
        *[labelled(f"it was late {n}", "a", flags=frozenset()) for n in range(8)],
    ]
    likeness = learn_likeness(mails)

    bad = likeness.tally(features_of([({"text"}, b"he beats us")], ()))
    good = likeness.tally(features_of([({"text"}, b"it was late")], ()))
    assert likeness.shares(bad, FLAG, series_running=False)["harm"] > 0.5
    assert likeness.shares(good, FLAG, series_running=False)["harm"] < 0.5


def test_the_words_that_speak_for_a_route_are_told() -> None:
    likeness = learn_likeness(MAILS)

    words = likeness.speaking_for(
        "route:web", features_of([({"text"}, b"the website is mine")], ())
    )

    assert "website" in words
    assert "mine" not in words


@given(st.dictionaries(st.text(), st.floats(-1e6, 1e6), min_size=1))
def test_shares_are_shares_whatever_the_scores(scores: dict[str, float]) -> None:
    shares = softmax(scores)

    assert shares.keys() == scores.keys()
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("rows=1,web\nx,1\n", "names no routes", id="a column of nothing"),
        pytest.param("rows=1,route:review\nx,one\n", "x.csv:2", id="no number"),
        pytest.param("rows=9,route:review\nx,1\n", "is not whole", id="cut off"),
        pytest.param("", "is not whole", id="empty"),
        pytest.param(f"rows=1,route:review\nx,{'9' * 400}\n", "x.csv:2", id="huge"),
        pytest.param(f'rows=1,route:review\n"{"x" * 200_000}', "x.csv", id="a quote"),
        pytest.param("rows=1,route:review\nx,1,2\n", "x.csv:2", id="too many"),
        pytest.param("rows=1,route:review\nx,1\n\ny\n", "x.csv:3", id="an empty row"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_likeness(text, "x.csv")

    assert problem in str(caught.value)


def test_the_file_must_be_there() -> None:
    with pytest.raises(ConfigError) as caught:
        compile_ruleset({"rules.toml": FRAME + ASKED})

    assert "there is no file likeness.csv" in str(caught.value)


def test_the_file_may_name_only_what_there_is() -> None:
    files = {"rules.toml": FRAME + ASKED, "likeness.csv": "rows=0,route:nowhere\n"}

    with pytest.raises(ConfigError) as caught:
        compile_ruleset(files)

    assert "knows `route:nowhere`, which is not there" in str(caught.value)


def test_evidence_carries_the_tally() -> None:
    files = {
        "rules.toml": FRAME + ASKED,
        "likeness.csv": "rows=2,route:review\n(always),1\nwebsite,20\n",
    }
    ruleset = compile_ruleset(files)

    message = Message(sha256="", size=0, text="The Website!")
    evidence = find_evidence(ruleset, message)

    assert (evidence.tally.points, evidence.tally.rows) == ((21,), 2)
