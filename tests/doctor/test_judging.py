from datetime import UTC, date, datetime, timedelta

import pytest

from triage.doctor import Verdict, examine_domain, judge_calendar, judge_disk
from triage.doctor.capabilities import judge_capabilities
from triage.doctor.clock import is_clock_kept
from triage.doctor.dns import SilentError
from triage.doctor.domain import judge_dkim, judge_dmarc, judge_spf
from triage.doctor.expiry import judge_certificate
from triage.doctor.host import judge_clock, judge_drift
from triage.doctor.mailbox import judge_numbers, judge_rights
from triage.doctor.submission import judge_taken
from triage.smtp import Envelope, Refused, TryLater
from triage.tls import Validity

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OK, NOTE, WARNING, FAILED = Verdict


def holding(left: timedelta, life: timedelta = timedelta(days=365)) -> Validity:
    return Validity(NOW + left - life, NOW + left)


@pytest.mark.parametrize(
    ("days", "verdict"), [(90, OK), (21, OK), (20, WARNING), (6, FAILED), (-1, FAILED)]
)
def test_a_certificate_is_told_of_in_time(days: int, verdict: Verdict) -> None:
    found = judge_certificate("imap.certificate", holding(timedelta(days=days)), NOW)

    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("hours", "verdict"), [(80, OK), (34, OK), (31, WARNING), (15, FAILED)]
)
def test_one_that_lives_for_a_week_is_told_of_in_its_last_fifth(
    hours: int, verdict: Verdict
) -> None:
    holds = holding(timedelta(hours=hours), life=timedelta(hours=160))

    assert judge_certificate("imap.certificate", holds, NOW).verdict is verdict


def test_a_certificate_that_ended_is_not_told_of_as_if_it_held() -> None:
    found = judge_certificate("imap.certificate", holding(timedelta(hours=-3)), NOW)

    assert "ended on 2026-03-02" in found.text


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=1, hours=3), "1 day left"),
        (timedelta(hours=5, minutes=3), "5 h 3 min left"),
    ],
)
def test_what_is_left_of_a_certificate_is_told_as_of_a_token(
    left: timedelta, words: str
) -> None:
    found = judge_certificate("imap.certificate", holding(left), NOW)

    assert found.text.endswith(words)


@pytest.mark.parametrize(
    ("offered", "files", "verdict"),
    [
        ({"MOVE", "UIDPLUS"}, True, OK),
        ({"UIDPLUS"}, True, OK),
        (set(), True, FAILED),
        (set(), False, NOTE),
    ],
)
def test_filing_needs_move_or_uidplus(
    offered: set[str], *, files: bool, verdict: Verdict
) -> None:
    findings = judge_capabilities(offered, files=files, poll_seconds=60)

    (found,) = (each for each in findings if each.check == "imap.filing")
    assert found.verdict is verdict


def test_without_idle_it_is_said_how_late_mail_is_noticed() -> None:
    findings = judge_capabilities({"MOVE"}, files=True, poll_seconds=45)

    (found,) = (each for each in findings if each.check == "imap.idle")
    assert (found.verdict, "45 seconds" in found.text) == (NOTE, True)


@pytest.mark.parametrize(
    ("second", "known", "verdict"),
    [(7, None, OK), (7, 7, OK), (8, 7, FAILED), (7, 6, WARNING)],
)
def test_numbers_that_change_are_noticed(
    second: int, known: int | None, verdict: Verdict
) -> None:
    found = judge_numbers(7, second, known)

    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("megabytes", "inodes", "verdict"),
    [
        (5000, None, OK),
        (400, 10**6, WARNING),
        (49, 10**6, FAILED),
        (5000, 10, FAILED),
    ],
)
def test_a_disk_that_is_nearly_full_is_noticed(
    megabytes: int, inodes: int | None, verdict: Verdict
) -> None:
    found = judge_disk(megabytes << 20, inodes, 50)

    assert found.verdict is verdict


def test_a_clock_that_nobody_keeps_is_noticed() -> None:
    verdicts = [judge_clock(kept).verdict for kept in (True, False, None)]

    assert verdicts == [OK, WARNING, WARNING]


def test_the_kernel_is_asked_for_its_clock() -> None:
    assert is_clock_kept() in {True, False}


@pytest.mark.parametrize(("minutes", "verdict"), [(-600, OK), (1, OK), (5, FAILED)])
def test_mail_from_the_future_shows_a_clock_that_is_behind(
    minutes: int, verdict: Verdict
) -> None:
    found = judge_drift(NOW + timedelta(minutes=minutes), NOW)

    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (("v=spf1 include:mail.example -all", "other"), OK),
        (("V=SPF1 mx ~all",), OK),
        ((), WARNING),
        (("v=spf10 -all",), WARNING),
        (("v=spf1 mx -all", "v=spf1 a -all"), FAILED),
        (("v=spf1 +all",), FAILED),
    ],
)
def test_an_spf_record_is_judged(texts: tuple[str, ...], verdict: Verdict) -> None:
    assert judge_spf("board.example", texts).verdict is verdict


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (("v=DMARC1; p=reject; rua=mailto:d@board.example",), OK),
        (("v=DMARC1;p=none",), OK),
        ((), WARNING),
        (("v=DMARC1; p=none", "v=DMARC1; p=none"), WARNING),
        (("v=DMARC1; p=perhaps",), FAILED),
        (("v=DMARC1; sp=none",), FAILED),
    ],
)
def test_a_dmarc_record_is_judged(texts: tuple[str, ...], verdict: Verdict) -> None:
    assert judge_dmarc("board.example", texts).verdict is verdict


def test_a_key_that_was_withdrawn_is_none() -> None:
    key = "s1._domainkey.board.example"

    verdicts = [
        judge_dkim(key, texts).verdict
        for texts in (("v=DKIM1; k=rsa; p=MIGf",), ("v=DKIM1; p=",), ())
    ]

    assert verdicts == [OK, FAILED, FAILED]


def test_a_domain_is_asked_for_at_the_right_names() -> None:
    asked = []

    def texts(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("v=spf1 -all",)

    list(examine_domain("board.example", "s1", texts))

    assert asked == [
        "board.example",
        "s1._domainkey.board.example",
        "_dmarc.board.example",
    ]


def test_the_policy_of_the_organisation_holds_for_what_is_below_it() -> None:
    def texts(name: str) -> tuple[str, ...]:
        return ("v=DMARC1; p=reject",) if name == "_dmarc.board.example" else ()

    *_, dmarc = examine_domain("complaints.board.example", None, texts)

    assert (dmarc.verdict, "board.example has" in dmarc.text) == (OK, True)


def test_dns_that_is_silent_says_nothing_about_the_domain() -> None:
    def texts(_name: str) -> tuple[str, ...]:
        raise SilentError("DNS gave no answer (LifetimeTimeout)")

    verdicts = {each.verdict for each in examine_domain("board.example", "s1", texts)}

    assert verdicts == {NOTE}


def test_dates_that_end_soon_are_told_of() -> None:
    today = date(2026, 3, 2)

    verdicts = [
        each.verdict
        for each in judge_calendar([date(2026, 12, 24)], [date(2026, 5, 1)], today)
    ]

    assert verdicts == [OK, WARNING]


def test_dates_that_are_all_over_are_a_failure() -> None:
    today = date(2026, 11, 25)

    closing, series = judge_calendar([today], [date(2026, 6, 15)], today)

    assert (closing.verdict, series.verdict) == (WARNING, FAILED)
    assert "was over on 2026-06-15" in series.text


def test_a_sender_that_is_refused_is_told_with_what_to_do() -> None:
    refused = Refused(550, "5.7.1", "no empty sender here")

    empty = judge_taken(refused, Envelope("", "complaints@board.example"))
    named = judge_taken(refused, Envelope("bot@board.example", "c@board.example"))

    assert "envelope_from" in (empty.to_do or "")
    assert "let our user send" in (named.to_do or "")
    assert {empty.verdict, named.verdict} == {FAILED}


def test_a_server_that_is_busy_is_to_be_tried_again() -> None:
    found = judge_taken(TryLater(451, None, "greylisted"), Envelope("", "c@b.example"))

    assert "try again" in (found.to_do or "")


@pytest.mark.parametrize(
    ("rights", "verdict"),
    [(None, OK), ("lrswite", OK), ("lrswid", OK), ("lrsw", FAILED), ("lrswit", FAILED)],
)
def test_rights_to_take_mail_out_are_asked_for(
    rights: str | None, verdict: Verdict
) -> None:
    assert judge_rights("INBOX", rights).verdict is verdict
