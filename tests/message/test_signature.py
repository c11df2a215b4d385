"""Names, posts, slogans and disclaimers told apart from what the writer says."""

import pytest

from triage.message.split import split

TOLD = "I ask you to look at the mark again.\n\nIt was wrong last year, too."


def parted(end: str, *names: str, told: str = TOLD) -> tuple[str, str]:
    found = split(f"{told}\n\n{end}", "Complaint", names)
    return found.text, found.signature


SIGNATURES = [
    pytest.param("Kind regards", id="formula alone"),
    pytest.param("Kind regards,\nAnn Reader", id="regards"),
    pytest.param("Yours sincerely\n\nAnn Reader\nHead of Physics", id="sincerely"),
    pytest.param("Yours\nAnn", id="yours"),
    pytest.param("Yours obediently,\nM. Usman Ghani", id="obediently"),
    pytest.param("Thanking you,\nYours faithfully,\nSr. Philomena", id="two formulas"),
    pytest.param("Thank you very much and best regards,\nMai", id="long formula"),
    pytest.param("thanks\nyoussef", id="small letters"),
    pytest.param("THANKS AND REMAIN BLESSED.\n\nIKENNA", id="capitals"),
    pytest.param("With best wishes\nBridget", id="wishes"),
    pytest.param("All the best,\nRuth", id="best"),
    pytest.param("Mit freundlichen Grüßen\nAnna Leser", id="German"),
    pytest.param("Viele Grüße\nAnna", id="German, short"),
    pytest.param("MfG\nAnna", id="German, letters"),
    pytest.param("Cordialement,\nAnne Lectrice", id="French"),
    pytest.param("Bien à vous,\nAnne", id="French, bien"),
    pytest.param("Saludos cordiales,\nAna", id="Spanish"),
    pytest.param("Saluda atte.,\nProf. Esteban Quiroga\nRector", id="Spanish, atte."),
    pytest.param("Atenciosamente,\nAna", id="Portuguese"),
    pytest.param("-- \nAnn Reader\nwww.school.example", id="separator"),
    pytest.param("--\nAnn Reader\n“Growing minds”", id="sloppy separator"),
    pytest.param(
        "Thanks so much,\nRachel\n\n--\nRachel Osei\nHead of Biology", id="both"
    ),
    pytest.param("Sent from my iPhone", id="iPhone"),
    pytest.param("Get Outlook for Android", id="Outlook"),
    pytest.param("Envoyé de mon iPhone", id="iPhone, French"),
    pytest.param("Enviado desde mi iPhone", id="iPhone, Spanish"),
    pytest.param("Von meinem iPhone gesendet", id="iPhone, German"),
    pytest.param("Enviado do meu iPhone", id="iPhone, Portuguese"),
    pytest.param("Sent from Yahoo Mail on Android", id="Yahoo"),
    pytest.param("Tom Ashdown\nHead of Physics", id="name and post"),
    pytest.param("Ven. Dr. Chidi Anyanwu\nHead of Centre", id="titles"),
    pytest.param(
        "Regards\n\nPauline Whitcombe\nExaminations Officer\nRidgeway | Wells\n"
        "T 01749 xxxxxx | exams@ridgeway.example\n\n"
        "Ridgeway: “Outstanding”. Open Morning Saturday - book now! | This e-mail is "
        "confidential. If you are a parent with a query about your child's results, "
        "please contact the Examinations Office.",
        id="contact and slogan",
    ),
    pytest.param(
        "With best wishes\nBridget\n\nBridget Molloy BA\nDeputy DSL\n"
        "Please note I work Monday to Thursday\n"
        "If you have an immediate concern about the safety of a child, call 999",
        id="sentences among posts",
    ),
    pytest.param(
        "Cordially,\nLic. Carolina\n\nCuidemos el medio ambiente. No imprima esto.",
        id="slogan of its own",
    ),
    pytest.param(
        "Yours faithfully\nSimon Fairbrother\nHeadmaster\n\nOakhampton School, founded "
        "1597. Registered charity. A leading boarding and day school.\nPA: Mrs Tarrant",
        id="charity",
    ),
    pytest.param(
        "This message and any attachment are confidential and intended for the "
        "addressee only. If you have received it in error please notify the sender.",
        id="disclaimer alone",
    ),
]


@pytest.mark.parametrize("end", SIGNATURES)
def test_the_end_of_a_mail_is_its_signature(end: str) -> None:
    assert parted(end) == (TOLD, end)


@pytest.mark.parametrize(
    ("end", "name"),
    [
        pytest.param("Ann", "Ann Reader", id="first name"),
        pytest.param("Ann Reader (Mrs)", "Ann Reader", id="title behind"),
        pytest.param("EMEKA", "CHUKWUEMEKA", id="part of a name"),
        pytest.param("M. Reader", "Maria Reader", id="initial"),
        pytest.param("sara", "sara", id="small letters"),
        pytest.param("Florencia Agüero", "María Florencia Agüero", id="accents"),
        pytest.param("G. Hollis\nHOLLIS PLANT HIRE - diggers, dumpers", "G. Hollis"),
        pytest.param("Gem Reader\n\nGet Outlook for iOS", "Gemma Reader", id="device"),
    ],
)
def test_the_senders_own_name_is_a_signature(end: str, name: str) -> None:
    assert parted(end, name) == (TOLD, end)
    assert parted(end.split("\n", maxsplit=1)[0])[1] == ""


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("P.S. The invoice was wrong as well.", id="P.S."),
        pytest.param("PS: nobody has rung", id="PS"),
        pytest.param("My son was also pushed down the stairs by his teacher.", id="my"),
        pytest.param("He has not slept since.", id="he"),
        pytest.param("They have taken away the certificates.", id="they"),
        pytest.param("The hall was flooded and nothing has been done.", id="verb"),
        pytest.param("Please ring before noon.", id="please"),
        pytest.param("Please keep this confidential, my son is afraid.", id="secret"),
        pytest.param("Mi hijo no quiere comer.", id="Spanish"),
    ],
)
@pytest.mark.parametrize("end", ["Regards\nAnn Reader", "--\nAnn Reader", "Ann Reader"])
def test_what_is_told_below_the_name_is_the_writers(end: str, more: str) -> None:
    text, signature = parted(f"{end}\n\n{more}", "Ann Reader")

    assert text.startswith(TOLD)
    assert text.endswith(more)
    assert more not in signature


def test_a_postscript_right_below_the_name_is_the_writers() -> None:
    text, signature = parted("Regards\nAnn Reader\nP.S. The invoice was wrong.")

    assert text == f"{TOLD}\n\nP.S. The invoice was wrong."
    assert signature == "Regards\nAnn Reader"


def test_a_sentence_right_below_a_formula_is_the_writers() -> None:
    told = "I want to know what you are going to do about the marks of my daughter."

    text, signature = parted(f"Thanks\n{told}")

    assert text == f"{TOLD}\n\n{told}"
    assert signature == "Thanks"


@pytest.mark.parametrize(
    "told",
    [
        "Thanks for nothing.",
        "Thank you for reading. Sorry if my English is bad.",
        "Regards were sent to the wrong house.",
        "Can you look at it? Candidate number 0066, 9990.",
        "sorry to bother you",
        "Kindly do something.",
        "I am Ann Reader",
        "Name: Ann Reader\nCentre: GB123\nCandidate: 0213",
        "Please treat this as strictly confidential.",
        "See https://library.example/results for the page that fails.",
        "The school printed it on page 7",
        "Use your good office to help a widow.",
        "Sent from my school to your office in May, it was lost.",
    ],
)
def test_what_only_sounds_like_a_signature_stays_with_the_writer(told: str) -> None:
    assert parted(told, "Ann Reader") == (f"{TOLD}\n\n{told}", "")


def test_thanks_in_the_middle_do_not_end_the_text() -> None:
    told = "\n\n".join(
        ["Thank you", *[f"Then the {n}th thing was lost by you." for n in range(20)]]
    )

    assert parted("Regards\nAnn", told=told) == (told, "Regards\nAnn")


def test_a_signature_above_a_quotation_is_told_apart() -> None:
    found = split(f"{TOLD}\n\nRegards\nAnn\n\n> You wrote to us.", "Re: Complaint")

    assert (found.text, found.signature) == (TOLD, "Regards\nAnn")
    assert found.quoted == "You wrote to us."


def test_a_warning_that_a_gateway_puts_on_top_is_not_the_writers() -> None:
    warning = "[EXTERNAL] CAUTION: This email originated from outside of the school."

    found = split(f"{warning}\n\n{TOLD}", "Complaint")

    assert (found.text, found.signature) == (TOLD, warning)


def test_a_writer_who_warns_is_heard() -> None:
    told = f"Warning: my son is in danger at that school.\n\n{TOLD}"

    assert split(told, "Complaint").text == told


def test_a_mail_of_a_signature_alone_has_no_text() -> None:
    assert parted("Kind regards\nAnn", told="") == ("", "Kind regards\nAnn")
