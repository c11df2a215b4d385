"""The second opinion: learnt from labelled mails, read from a file, asked."""

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
    words: str, route: str, role: str | None = None, **more: object
) -> Labelled:
    features = features_of([("text", words.encode())], ())
    flags = more.get("flags")
    running = bool(more.get("running"))
    assert flags is None or isinstance(flags, frozenset)
    return Labelled(features, route, role, flags, running)


MAILS = [
    *[labelled(f"the website is down {n}", "web", "learner") for n in "abcde"],
    *[labelled(f"my lessons were bad {n}", "school", "parent") for n in "abcde"],
]


def likeliest(likeness: Likeness, words: str, kind: str = ROUTE, **more: bool) -> str:
    tally = likeness.tally(features_of([("text", words.encode())], ()))
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

    tally = likeness.tally(features_of([("text", b"website")], ()))
    shares = likeness.shares(tally, ROUTE, series_running=False)

    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_the_same_mails_give_the_same_file() -> None:
    assert written(learn_likeness(MAILS)) == written(learn_likeness(list(MAILS)))


def test_what_is_written_is_read_back() -> None:
    likeness = learn_likeness(MAILS)

    assert read_likeness(written(likeness), "x.csv") == likeness


def test_a_word_of_one_mail_is_not_kept() -> None:
    likeness = learn_likeness([*MAILS, labelled("Zebediah wrote", "web")])

    assert "zebediah" not in {row.lower() for row in likeness.rows}


def test_every_number_counts_alike() -> None:
    features = features_of([("text", b"paper 0580 of 12")], ())

    assert {"#", "paper #", "# of"} <= features
    assert "0580" not in features


def test_quoted_mail_is_not_the_writers() -> None:
    assert features_of([("quoted", b"the website")], ()) == frozenset()


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

    bad = likeness.tally(features_of([("text", b"he beats us")], ()))
    good = likeness.tally(features_of([("text", b"it was late")], ()))
    assert likeness.shares(bad, FLAG, series_running=False)["harm"] > 0.5
    assert likeness.shares(good, FLAG, series_running=False)["harm"] < 0.5


def test_the_words_that_speak_for_a_route_are_told() -> None:
    likeness = learn_likeness(MAILS)

    words = likeness.speaking_for(
        "route:web", features_of([("text", b"the website is mine")], ())
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
        pytest.param("words,web\nx,1\n", "names no routes", id="a column of nothing"),
        pytest.param("words,route:review\nx,one\n", "x.csv:2", id="no number"),
        pytest.param("words,route:review\nx,1,2\n", "x.csv:2", id="too many"),
        pytest.param("words,route:review\nx,1\n\ny\n", "x.csv:3", id="an empty row"),
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
    files = {"rules.toml": FRAME + ASKED, "likeness.csv": "words,route:nowhere\n"}

    with pytest.raises(ConfigError) as caught:
        compile_ruleset(files)

    assert "knows `route:nowhere`, which is not there" in str(caught.value)


def test_evidence_carries_the_tally() -> None:
    files = {
        "rules.toml": FRAME + ASKED,
        "likeness.csv": "words,route:review\n(always),1\nwebsite,20\n",
    }
    ruleset = compile_ruleset(files)

    message = Message(sha256="", size=0, text="The Website!")
    evidence = find_evidence(ruleset, message)

    assert (evidence.tally.points, evidence.tally.rows) == ((21,), 2)
