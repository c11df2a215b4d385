import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timing import seconds_of
from triage.decision.authentication import (
    Verdict,
    fails,
    is_proven,
    verdicts,
    vouches_for,
    without_comments,
)
from triage.message.model import Address, Headers

OURS = "mx.library.example"
SUFFIXES = ("co.*",)


def found(*values: str) -> tuple[Verdict, ...]:
    fields = tuple(("Authentication-Results", f"{OURS}; {value}") for value in values)
    return verdicts(Headers(fields), OURS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("no comment", "no comment", id="none"),
        pytest.param("a (b) c", "a  c", id="one"),
        pytest.param("a (b (c) d) e", "a  e", id="nested"),
        pytest.param("a (b", "a ", id="unclosed"),
        pytest.param("a) b", "a b", id="closed only"),
        pytest.param(r"a (b \) c) d", "a  d", id="escaped bracket"),
        pytest.param('a "(b)" c', 'a "(b)" c', id="quoted"),
        pytest.param("a (it's 6\" tall) b", "a  b", id="quote within a comment"),
        pytest.param(r'a "b\"(" (c)', r'a "b\"(" ', id="escaped quote"),
    ],
)
def test_comments_are_dropped(text: str, expected: str) -> None:
    assert expected == without_comments(text)


@given(st.text(alphabet='ab()"\\ ;=', max_size=60))
def test_without_quotes_and_escapes_no_bracket_is_left(text: str) -> None:
    plain = text.replace('"', "").replace("\\", "")

    assert not set("()") & set(without_comments(plain))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(f"{OURS}; none", (), id="no result"),
        pytest.param(OURS, (), id="only the id"),
        pytest.param("", (), id="empty"),
        pytest.param(
            f"{OURS}; spf=pass smtp.mailfrom=readers.example",
            (Verdict("spf", "pass", (("smtp.mailfrom", "readers.example"),)),),
            id="one",
        ),
        pytest.param(
            f"{OURS} 1; dkim=PASS (2048-bit key; unprotected) header.d=Readers.Example"
            ' header.i=@readers.example reason="good; really"; dmarc = fail (p=reject)',
            (
                Verdict(
                    "dkim",
                    "pass",
                    (("header.d", "readers.example"), ("header.i", "@readers.example")),
                ),
                Verdict("dmarc", "fail"),
            ),
            id="version, comments, quotes, spaces, capitals",
        ),
        pytest.param(
            f"{OURS.upper()}; dkim/1 = pass header . d = a.example",
            (Verdict("dkim", "pass", (("header.d", "a.example"),)),),
            id="a method's version",
        ),
        pytest.param(
            f'"{OURS}"; spf=none smtp.helo="a b"',
            (Verdict("spf", "none", (("smtp.helo", '"a b"'),)),),
            id="quoted",
        ),
        pytest.param(
            f"{OURS}.evil.example; spf=pass", (), id="an id that begins as ours"
        ),
        pytest.param(f"(x) evil ({OURS}); spf=pass", (), id="our id in a comment"),
        pytest.param("spf=pass; dmarc=pass", (), id="no id at all"),
    ],
)
def test_results_are_read_from_our_own_server_only(
    value: str, expected: tuple[Verdict, ...]
) -> None:
    headers = Headers((("authentication-RESULTS", value),))

    assert expected == verdicts(headers, OURS)


def test_without_an_id_of_ours_nothing_is_believed() -> None:
    headers = Headers((("Authentication-Results", "; spf=pass"),))

    assert not verdicts(headers, None)
    assert not verdicts(headers, "")


def test_what_came_with_the_message_is_not_believed() -> None:
    headers = Headers(
        (
            ("Authentication-Results", f"{OURS}; dmarc=none"),
            ("Authentication-Results", f"{OURS}; spf=softfail"),
            ("Received", "from evil by mx"),
            ("Authentication-Results", f"{OURS}; dmarc=pass header.from=bank.example"),
        )
    )

    results = [verdict.result for verdict in verdicts(headers, OURS)]

    expected = ["none", "softfail"]
    assert expected == results


def test_our_field_may_stand_below_a_later_hop_of_ours() -> None:
    headers = Headers(
        (("Received", "by store"), ("Authentication-Results", f"{OURS}; spf=pass"))
    )

    assert verdicts(headers, OURS)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param("dmarc=pass header.from=readers.example", True, id="DMARC"),
        pytest.param(
            "dmarc=pass header.from=evil.example", False, id="another's DMARC"
        ),
        pytest.param("dmarc=pass", False, id="DMARC of nobody"),
        pytest.param("dkim=pass header.d=readers.example", True, id="DKIM"),
        pytest.param(
            "dkim=pass header.i=x@mail.readers.example", True, id="DKIM below"
        ),
        pytest.param("dkim=fail header.d=readers.example", False, id="failed DKIM"),
        pytest.param("dkim=pass header.d=example", False, id="DKIM of a suffix"),
        pytest.param("spf=pass smtp.mailfrom=readers.example", False, id="SPF alone"),
        pytest.param(
            "dkim=fail header.d=readers.example; dkim=pass header.d=readers.example",
            True,
            id="one of two signatures",
        ),
        pytest.param(
            "dkim=pass header.d=readers.example; dmarc=fail", False, id="DMARC failed"
        ),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_domain_vouches_by_dmarc_or_an_aligned_signature(
    results: str, expected: bool
) -> None:
    assert expected == vouches_for(found(results), "readers.example", SUFFIXES)


def test_a_forged_pass_beside_a_fail_vouches_for_nobody() -> None:
    both = found("dmarc=pass header.from=readers.example", "dmarc=fail")

    assert not vouches_for(both, "readers.example", SUFFIXES)
    assert fails(both, "readers.example", SUFFIXES) is not None


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param("dmarc=fail header.from=readers.example", "DMARC", id="DMARC"),
        pytest.param("spf=fail smtp.mailfrom=readers.example", "SPF", id="SPF"),
        pytest.param("spf=hardfail", "SPF", id="old name"),
        pytest.param("spf=softfail", None, id="soft fail"),
        pytest.param("spf=temperror; dmarc=temperror", None, id="no answer"),
        pytest.param("dkim=fail header.d=readers.example", None, id="DKIM alone"),
        pytest.param(
            "spf=fail; dmarc=pass header.from=readers.example", None, id="forwarded"
        ),
        pytest.param(
            "spf=fail; dkim=pass header.d=forwarder.example",
            "SPF",
            id="another's signature",
        ),
    ],
)
def test_a_failed_check_has_its_name(results: str, expected: str | None) -> None:
    assert expected == fails(found(results), "readers.example", SUFFIXES)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param("dkim=pass header.d=library.example", True, id="DKIM"),
        pytest.param("dkim=pass header.d=web.library.example", True, id="DKIM below"),
        pytest.param("dkim=pass header.d=example", False, id="DKIM of a top level"),
        pytest.param("dkim=pass header.d=other.example", False, id="another's DKIM"),
        pytest.param("dkim=pass", False, id="DKIM of nobody"),
        pytest.param("spf=pass smtp.mailfrom=library.example", True, id="SPF"),
        pytest.param("spf=pass smtp.helo=library.example", False, id="SPF of a host"),
        pytest.param("dmarc=pass header.from=library.example", True, id="DMARC"),
        pytest.param("auth=pass smtp.auth=form@library.example", True, id="logged in"),
        pytest.param("auth=pass smtp.auth=ann@library.example", False, id="as another"),
        pytest.param(
            "auth=fail smtp.auth=form@library.example", False, id="not logged in"
        ),
        pytest.param(
            "spf=pass smtp.mailfrom=library.example; dmarc=fail",
            False,
            id="DMARC failed",
        ),
    ],
)
def test_a_trusted_sender_must_be_proven(results: str, expected: bool) -> None:
    sender = Address("form@library.example")

    assert expected == is_proven(found(results), sender)


@given(st.text(alphabet='dkimpass=/.;()"\\ @<>1', max_size=200))
def test_no_field_upsets_the_reading(text: str) -> None:
    for verdict in found(text):
        assert verdict.method
        assert verdict.result


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("(" * 60_000, id="brackets"),
        pytest.param('"' * 60_000, id="quotes"),
        pytest.param('";' * 30_000, id="quotes and semicolons"),
        pytest.param("\\" * 60_000, id="escapes"),
        pytest.param("a" * 60_000, id="one word"),
        pytest.param("a." * 30_000, id="dots"),
        pytest.param("dkim=pass " + "a " * 30_000, id="words"),
        pytest.param("dkim=pass a" + " " * 60_000, id="spaces"),
        pytest.param("dkim" + " " * 60_000, id="spaces before ="),
        pytest.param(";" * 60_000, id="segments"),
    ],
)
def test_a_hostile_field_costs_no_time(hostile: str) -> None:
    assert seconds_of(lambda: found(hostile, "spf=pass")) < 1
    assert Verdict("spf", "pass") in found(hostile, "spf=pass")
