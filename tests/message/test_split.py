"""The writer's own words told apart from what is quoted and forwarded."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.message.mails import text_mail
from triage.message import limits, parse
from triage.message.split import Split, split

OWN = "I have waited seven weeks for an answer and nobody in your office has rung me."
THEIRS = "We have concluded our investigation and will not write again."


def fields(text: str, subject: str = "Re: Complaint") -> tuple[str, str, str, str]:
    found = split(text, subject)
    return found.text, found.forwarded, found.quoted, found.signature


ATTRIBUTIONS = [
    pytest.param("On 7 Sep 2026, at 17:20, Headmaster wrote:", id="Apple, English"),
    pytest.param("On Tue, 20 Jan 2026, BC Exams Services wrote:", id="English"),
    pytest.param(
        "On Mon, Apr 2, 2012 at 6:26 PM, Ann <a@b.example> wrote:", id="Gmail"
    ),
    pytest.param(
        "On Mon, Apr 2, 2012 at 6:26 PM, Ann <\na@b.example> wrote:", id="two"
    ),
    pytest.param(
        "On Mon, Apr 2, 2012 at 6:26 PM,\nAnn of the long name <a@b.example>\nwrote:",
        id="three lines",
    ),
    pytest.param(
        "Le lun. 2 avr. 2012 à 18:26, Ann <a@b.example> a écrit :", id="French"
    ),
    pytest.param(
        'Le 4 janv. 2016 19:03, "Ann"\n<a@b.example> a écrit :', id="French, two"
    ),
    pytest.param(
        "El lun, 2 abr 2012 a las 18:26, Ann (<a@b.example>) escribió:", id="es"
    ),
    pytest.param("Am 02.04.2012 um 18:26 schrieb Ann <a@b.example>:", id="German"),
    pytest.param(
        "Ann <a@b.example> schrieb am Mo., 2. Apr. 2012, 18:26:", id="German, Gmail"
    ),
    pytest.param(
        "Em seg., 2 de abr. de 2012 18:26, Ann <a@b.example> escreveu:", id="pt"
    ),
    pytest.param(
        "Il giorno lun 2 apr 2012 alle ore 18:26 Ann <a@b.example> ha scritto:"
    ),
    pytest.param(
        "2012-04-02 18:26 GMT+02:00 Ann <a@b.example>:", id="Gmail without words"
    ),
    pytest.param(
        "ma 2. huhtik. 2012 klo 18:26 Ann <a@b.example> kirjoitti:", id="Finnish"
    ),
    pytest.param("---- On Tue, 22 Dec 2015 14:17:36 +0530 Ann wrote ----", id="Zoho"),
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_quotation_begins_at_its_attribution(attribution: str) -> None:
    text, forwarded, quoted, signature = fields(
        f"{OWN}\n\n{attribution}\n\n> {THEIRS}\n"
    )

    assert (text, forwarded, signature) == (OWN, "", "")
    assert quoted == f"{attribution}\n\n{THEIRS}"


@pytest.mark.parametrize("attribution", ATTRIBUTIONS[:12])
def test_without_signs_the_rest_after_a_machines_attribution_is_quoted(
    attribution: str,
) -> None:
    text, _, quoted, _ = fields(f"{OWN}\n{attribution}\n{THEIRS}\n\nRegards\nThey")

    assert text == OWN
    assert quoted.endswith(f"{THEIRS}\n\nRegards\nThey")


@pytest.mark.parametrize(
    "narrative",
    [
        "On 3 March the head wrote:",
        "On 3 March 2026 the headmaster of the school wrote:",
        "On Tuesday at 2.20pm the exams officer wrote:",
        "The letter of the school wrote:",
        "This is what happened:",
        "Le directeur a écrit :",
    ],
)
def test_a_writer_who_quotes_from_a_letter_goes_on_in_his_own_words(
    narrative: str,
) -> None:
    told = (
        f"{OWN}\n\n{narrative}\n\nWe shall not move the exam.\n\nMy son was in tears."
    )

    assert split(told, "Complaint").text == told


@pytest.mark.parametrize("line", ["On 3 March the head wrote:", "Ann wrote on 3 May:"])
def test_a_plain_attribution_is_believed_where_a_quotation_follows(line: str) -> None:
    text, _, quoted, _ = fields(f"{OWN}\n\n{line}\n> {THEIRS}")

    assert text in (OWN, f"{OWN}\n\n{line}")
    assert THEIRS in quoted


def test_answers_between_quoted_lines_are_the_writers() -> None:
    mixed = "> Did you sit the paper?\nYes, I did.\n\n> Where?\nAt the school.\n> When?"

    found = split(f"{OWN}\n\n{mixed}", "Re: Complaint")

    assert found.text == f"{OWN}\n\nYes, I did.\n\nAt the school."
    assert found.quoted == "Did you sit the paper?\n\nWhere?\n\nWhen?"


def test_an_answer_below_the_quotation_is_the_writers() -> None:
    found = split(f"On 3 May 2026 at 10:20, Ann wrote:\n> {THEIRS}\n\n{OWN}", "Re: x")

    assert found.text == OWN
    assert THEIRS in found.quoted


HEADS = [
    pytest.param(
        "From: Ann <a@b.example>\nSent: Monday, 2 April 2012\nTo: Office\nSubject: x",
        id="English",
    ),
    pytest.param(
        "*From:* Ann\n*Date:* Monday\n*To:* Office\n*Subject:* x", id="starred"
    ),
    pytest.param("De : Ann\nEnvoyé : lundi\nÀ : Office\nObjet : x", id="French"),
    pytest.param("De: Ann\nEnviado el: lunes\nPara: Office\nAsunto: x", id="Spanish"),
    pytest.param("Von: Ann\nGesendet: Montag\nAn: Office\nBetreff: x", id="German"),
    pytest.param(
        "De: Ann\nEnviado: segunda\nPara: Office\nAssunto: x", id="Portuguese"
    ),
    pytest.param("From: Ann\n\nSent: Monday\n\nTo: Office\n\nSubject: x", id="spaced"),
    pytest.param(
        "From: Ann\nSent: Monday\nTo: One; Two;\n Three; Four\nSubject: x", id="folded"
    ),
    pytest.param(
        "________________________________\nFrom: Ann\nSent: Mo\nTo: x", id="rule"
    ),
    pytest.param("-----Original Message-----\nFrom: Ann\nSubject: x", id="divider"),
    pytest.param("-----Message d'origine-----\nDe : Ann", id="French divider"),
    pytest.param("-----Mensaje original-----\nDe: Ann", id="Spanish divider"),
    pytest.param("-----Ursprüngliche Nachricht-----\nVon: Ann", id="German divider"),
    pytest.param("-----Mensagem original-----\nDe: Ann", id="Portuguese divider"),
    pytest.param("*-------- Original Message --------*", id="starred divider"),
]


@pytest.mark.parametrize("head", HEADS)
def test_below_a_head_in_an_answer_all_is_quoted(head: str) -> None:
    text, forwarded, quoted, _ = fields(f"{OWN}\n\n{head}\n\n{THEIRS}\n\nRegards\nThey")

    assert (text, forwarded) == (OWN, "")
    assert quoted == f"{head}\n\n{THEIRS}\n\nRegards\nThey"


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(
    "subject", ["Fw: x", "FWD: x", "TR : x", "RV: x", "WG: x", "[ext] Fwd: x"]
)
def test_below_a_head_in_a_forwarded_mail_all_is_forwarded(
    head: str, subject: str
) -> None:
    text, forwarded, quoted, _ = fields(f"{OWN}\n\n{head}\n\n{THEIRS}", subject)

    assert (text, quoted) == (OWN, "")
    assert forwarded == f"{head}\n\n{THEIRS}"


@pytest.mark.parametrize("own", ["", "FYI, please deal with this.", "See below\n\nAnn"])
def test_a_block_under_next_to_no_words_is_forwarded(own: str) -> None:
    found = split(f"{own}\n\n{HEADS[0].values[0]}\n\n{THEIRS}", "Complaint")

    assert THEIRS in found.forwarded
    assert found.quoted == ""


def test_a_block_under_a_short_answer_is_quoted() -> None:
    found = split(
        f"Thanks, received.\n\n{HEADS[0].values[0]}\n\n{THEIRS}", "Re: Complaint"
    )

    assert THEIRS in found.quoted


def test_a_mail_of_nothing_but_a_quotation_is_passed_on() -> None:
    assert split(f"> {THEIRS}", "Re: Complaint").forwarded == THEIRS


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "---------- Forwarded message",
        "-------- Forwarded Message --------",
        "----- Forwarded -----",
        "----- Forwarded by Ann Reader/School on 03/05/2026 10:20 -----",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "Anfang der weitergeleiteten Nachricht:",
        "-------- Message transféré --------",
        "Début du message réexpédié :",
        "---------- Mensaje reenviado ----------",
        "Inicio del mensaje reenviado:",
        "---------- Mensagem encaminhada ---------",
        "Início da mensagem encaminhada:",
    ],
)
@pytest.mark.parametrize("sign", ["", "> "], ids=["plain", "signs"])
def test_a_forwarded_message_is_kept_whole(mark: str, sign: str) -> None:
    block = f"{mark}\nFrom: Ann\nDate: Monday\nSubject: x\n\n{THEIRS}\n\nRegards\nThey"
    marked = "\n".join(f"{sign}{line}" for line in block.split("\n"))

    text, forwarded, quoted, signature = fields(f"{OWN}\n\n{marked}", "Complaint")

    assert (text, quoted, signature) == (OWN, "", "")
    assert forwarded == block


def test_a_mark_above_signs_ends_where_the_signs_end() -> None:
    block = f"----- Forwarded -----\n> From: Ann\n> {THEIRS}"

    found = split(f"{OWN}\n\n{block}\n\nWhat do you say to that?", "Complaint")

    assert found.text == f"{OWN}\n\nWhat do you say to that?"
    assert found.forwarded == f"----- Forwarded -----\nFrom: Ann\n{THEIRS}"


def test_signs_of_quotation_are_taken_off_at_every_level() -> None:
    found = split(f"{OWN}\n\n> a\n>> b\n> > > c", "Re: x")

    assert found.quoted == "a\nb\nc"


@pytest.mark.parametrize(
    "told",
    [
        "Dear Sir\n\nTo: the Director\n\nI complain.",
        "From: my window I can see the school.\n\nTo: say it plainly, it leaks.",
        "-----\nFirst matter\n-----\nSecond matter",
        "This is not a ---------- Forwarded message.",
        "Subject: Physics\nThe teacher left in May.",
        "I got:\nMaths: 12\nPhysics: 40\nDate: 3 May\nTo my surprise",
        "I -> you",
    ],
)
def test_what_only_looks_like_a_mark_stays_with_the_writer(told: str) -> None:
    assert split(told, "Complaint").text == told


def kept_lines(found: Split) -> list[str]:
    every = (found.text, found.forwarded, found.quoted, found.signature)
    return sorted(
        stripped
        for field in every
        for line in field.split("\n")
        if (stripped := re.sub(r"^\s{0,3}>[> \t]*", "", line).strip())
    )


LINES = st.sampled_from(
    [
        "",
        "> quoted",
        ">",
        "> On 3 May 2026 at 10:20, Ann wrote:",
        "On 3 May 2026 at 10:20, Ann <a@b.example> wrote:",
        "wrote:",
        "From: Ann",
        "Sent: Monday",
        "To: Office",
        "Subject: x",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "______",
        "Kind regards",
        "Thanks",
        "Ann Reader",
        "Head of Physics",
        "-- ",
        "--",
        "P.S. My son is ill.",
        "Sent from my iPhone",
        "This e-mail is confidential and for the intended recipient only, as ever.",
        "I ask you to look at it again, because it was wrong.",
        "A slogan",
    ]
) | st.text(max_size=40)


@given(st.lists(LINES, max_size=30), st.sampled_from(["", "Re: x", "Fwd: x"]))
def test_every_line_lands_in_exactly_one_field(lines: list[str], subject: str) -> None:
    lines = [piece for line in lines for piece in line.split("\n")]

    found = split("\n".join(lines), subject, ["Ann Reader"])

    assert kept_lines(found) == kept_lines(Split(text="\n".join(lines)))


def test_lines_beyond_the_limit_are_the_writers() -> None:
    many = "\n".join(["> quoted"] * limits.LINES) + f"\n{OWN}\n> last"

    found = split(many, "Re: x")

    assert found.text == f"{OWN}\n> last"
    assert found.quoted.count("quoted") == limits.LINES
    assert any("too many lines" in defect for defect in parse(text_mail(many)).defects)
