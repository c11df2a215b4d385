"""Into a stranger's case, by mail: by its number, its Message-IDs, or its people.

Anna wrote, and Bola too, who was answered. Mallory has a case and so a true
acknowledgement of his own, saw both numbers, knows both addresses, and in one trial has
even Anna's acknowledgement. His mails ask for everything that can change a case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.base64mime import header_encode
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

from tests.journeys.installing import ADDRESS
from tests.torture.access.house import (
    ATTACKER,
    AUTHSERV,
    STAFF,
    VICTIM,
    VICTIMS_WORDS,
    House,
    Post,
    post,
)
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome

# What a mail said that it answers, said back to whoever said it.
_THREADING = re.compile(rb"^(?:In-Reply-To|References):.*(?:\r\n[ \t].*)*\r\n", re.M)
ANSWERED = "bola.adeyemi@letters.example"
DEMANDS = (
    "I am not satisfied with your answer and ask for the final stage: please escalate"
    " my complaint to the director. I withdraw the complaint, please close the case."
    " My centre number is IN123 and my candidate number is 4711. I attach my"
    " correspondence with the school: my letter of 3 March and their reply of 5 March."
    " It is about the website, which did not let me enter my candidates on 2 March."
)
ANSWER = (
    "Dear parent, we have found out why our website could not be reached. A certificate"
    " had run out, and nobody had noticed. It has been renewed, and your entries are"
    " open until the end of this month. We are sorry for the trouble that you had with"
    " it, and we have told the team that looks after it to watch for it from now on."
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What an attacker knows, or may have seen."""

    victims: str
    """The reference of Anna's open case."""
    victims_ack: str
    answered: str
    """The reference of Bola's case, which was answered."""
    answered_ack: str
    officers_id: str
    """Of the mail by which an officer answered Bola."""
    own: str
    own_ack: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One mail of a stranger, and whether the case may hear of it."""

    name: str
    post: Post
    is_heard: bool = False
    """It bears a true Message-ID of that case: it is kept there, and changes nothing."""


def play_scene(house: House) -> Scene:
    """Let the people write, be acknowledged, and Bola be answered."""
    bolas = "<bolas-first@letters.example>"
    house.deliver(
        post(sender=VICTIM, name="Anna Okoro", text=VICTIMS_WORDS),
        post(
            sender=ANSWERED,
            name="Bola Adeyemi",
            text=VICTIMS_WORDS,
            fields={"Message-ID": bolas},
        ),
        post(sender=ATTACKER),
    )
    house.put_into_sent(post(sender=ADDRESS, subject="Of long ago").octets)
    house.work()
    house.work()
    officers = "<officers-answer@examboard.example>"
    house.put_into_sent(
        post(
            sender=ADDRESS,
            subject="Re: Complaint about your website",
            text=ANSWER,
            passes=None,
            fields={
                "To": ANSWERED,
                "In-Reply-To": bolas,
                "References": bolas,
                "Message-ID": officers,
            },
        ).octets
    )
    house.work()
    acks = {each.recipients[0]: _head(each.octets) for each in house.accepted}
    scene = Scene(
        victims=_reference(acks[VICTIM]),
        victims_ack=str(acks[VICTIM]["Message-ID"]),
        answered=_reference(acks[ANSWERED]),
        answered_ack=str(acks[ANSWERED]["Message-ID"]),
        officers_id=officers,
        own=_reference(acks[ATTACKER]),
        own_ack=str(acks[ATTACKER]["Message-ID"]),
    )
    if standing(house, scene.answered)["case"]["answered_at"] is None:
        raise LookupError("the officer's answer was not noticed: nothing can escalate")
    return scene


def _head(octets: bytes) -> Message:
    return BytesHeaderParser().parsebytes(octets)


def _reference(letter: Message) -> str:
    found = re.search(r"CMP-\d{4}-\d{5,}", str(letter["Subject"]))
    assert found is not None
    return found[0]


def standing(house: House, reference: str) -> dict[str, Any]:
    """All of a case that a stranger must not change."""
    (case,) = house.rows("SELECT * FROM cases WHERE reference = ?", reference)
    of_case = "SELECT {} WHERE case_id = ? ORDER BY 1, 2"
    return {
        "case": case,
        "parties": house.rows(
            of_case.format("address, since FROM parties"), case["id"]
        ),
        "letters": house.rows(
            of_case.format(
                "id, kind, state, recipient, bounced_at FROM outbox"
            ).replace("WHERE", "WHERE category = 'reply' AND"),
            case["id"],
        ),
    }


def heard(house: House, reference: str) -> set[str]:
    """The Message-IDs of mails that were recorded with a case."""
    rows = house.rows(
        "SELECT m.message_id FROM messages m JOIN cases c ON c.id = m.case_id"
        " WHERE c.reference = ?",
        reference,
    )
    return {row["message_id"] for row in rows}


def join_by_mail(ground: Ground) -> Outcome:
    """Try every way into the two cases of others."""
    with House(ground) as house:
        scene = play_scene(house)
        attempts = [*_into(scene, scene.victims, VICTIM), *_by_tokens(scene)]
        if ground.is_full:
            attempts += _into(scene, scene.answered, ANSWERED)
        before = {
            each: standing(house, each) for each in (scene.victims, scene.answered)
        }
        heard_before = {each: heard(house, each) for each in before}
        told_before = len(house.accepted)
        house.deliver(*(each.post for each in attempts))
        house.work()
        house.work()
        findings = [
            *changed(before, {each: standing(house, each) for each in before}),
            *_joined(house, attempts, heard_before),
            *_told(house, told_before, scene),
        ]
        if len(house.rows("SELECT 1 FROM messages")) < len(attempts):
            raise LookupError("not every attempt was taken up")
    return Outcome(cases=len(attempts), findings=tuple(findings))


def changed(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> Iterator[Finding]:
    """Tell what of a case is not as it was."""
    for reference, was in before.items():
        for part, value in was.items():
            now = after[reference][part]
            if now == value:
                continue
            if part == "case":
                names = [name for name in value if value[name] != now[name]]
                part = f"{', '.join(f'{n}: {value[n]} → {now[n]}' for n in names)}"
            else:
                part = f"{part}: {value} → {now}"
            yield Finding("access", reference, f"a stranger's mails changed {part}")


def _joined(
    house: House, attempts: list[Attempt], before: dict[str, set[str]]
) -> Iterator[Finding]:
    names = {str(_head(each.post.octets)["Message-ID"]): each for each in attempts}
    for reference, known in before.items():
        for message_id in heard(house, reference) - known:
            attempt = names.get(message_id)
            if attempt is None or not attempt.is_heard:
                name = attempt.name if attempt else message_id
                yield Finding("access", reference, f"joined by {name}")


def _told(house: House, before: int, scene: Scene) -> Iterator[Finding]:
    """No letter to anybody may name a case of others, after the scene."""
    for letter in house.accepted[before:]:
        (recipient,) = letter.recipients
        names = {scene.victims: VICTIM, scene.answered: ANSWERED}
        said = _THREADING.sub(b"", letter.octets)
        for reference in names:
            if reference.encode() in said and not recipient.endswith(
                "@examboard.example"
            ):
                words = f"a letter to {recipient} names it"
                yield Finding("access", reference, words)


def _into(scene: Scene, reference: str, person: str) -> Iterator[Attempt]:
    """Ways to a case by its number and its person's address."""
    local, _, domain = person.partition("@")
    subject = f"Complaint {reference}"

    def attempt(what: str, /, **how: Any) -> Attempt:
        how.setdefault("subject", subject)
        return Attempt(f"{what} ({reference})", post(text=DEMANDS, **how))

    for number, spelling in enumerate(_spellings(reference)):
        yield attempt(f"its number, spelling {number}", subject=f"Complaint {spelling}")
    yield Attempt(
        "its number in the text", post(text=f"It is about {reference}. {DEMANDS}")
    )
    # The envelope is the attacker's, so SPF passes for his domain; From is not his.
    evil = {"path": ATTACKER}
    yield attempt("its person as From", sender=person, **evil)
    yield attempt("its person as display name", name=f'"{person}"')
    yield attempt("its person within From's comment", sender=f"{ATTACKER} ({person})")
    for spelled, sender in {
        "route": f"<@evil.example:{person}>",
        "group": f"Us: {person};",
        "group and own": f"Us: {person};, {ATTACKER}",
        "two in From": f"{person}, {ATTACKER}",
        "own first": f"{ATTACKER}, {person}",
        "parseaddr": f"{person}]<{ATTACKER}>",
        "parseaddr turned": f"{ATTACKER}]<{person}>",
        "quoted local part": f'"{local}"@{domain}',
        "comment in address": f"{local}(x)@{domain}",
        "trailing dot": f"{person}.",
        "blank before @": f"{local} @{domain}",
        "capitals": person.upper(),
        "tag": f"{local}+x@{domain}",
        "subdomain": f"{local}@mail.{domain}",
        "encoded": header_encode(person.encode(), "utf-8"),
        "encoded whole": header_encode(f"<{person}>".encode(), "utf-8"),
        "encoded break": f"=?utf-8?q?x=0D=0AFrom:_{person}?= <{ATTACKER}>",
        "homograph": person.replace("a", "\u0430"),
        "full width @": person.replace("@", "\uff20"),
        "NUL": f"{person}\x00<{ATTACKER}>",
    }.items():
        yield attempt(f"From spelled as {spelled}", sender=sender, **evil)
    for field in (
        "Sender",
        "Reply-To",
        "Resent-From",
        "Resent-Sender",
        "X-Original-From",
        "X-Google-Original-From",
        "Return-Path",
        "From",
        "Original-From",
        "Errors-To",
    ):
        base = {} if field != "From" else {"top": f"From: {person}\r\n"}
        fields = {field: person} if field != "From" else {}
        yield attempt(f"its person as {field}", fields=fields, **base)
    yield attempt("its person, SPF failed", sender=person, passes="other.example")
    for result in ("none", "neutral", "softfail", "temperror", "permerror", "policy"):
        yield attempt(
            f"its person, SPF {result}", sender=person, passes=None,
            top=f"Authentication-Results: {AUTHSERV}; spf={result}\r\n",
        )  # fmt: skip
    yield attempt("its person, nothing found out", sender=person, passes=None)
    yield from _forged_results(attempt, person, domain)


def _forged_results(attempt: Any, person: str, domain: str) -> Iterator[Attempt]:
    """Authentication-Results that stand where the attacker's own fields stand."""
    good = (
        f"spf=pass smtp.mailfrom={person}; dkim=pass header.d={domain};"
        f" dmarc=pass header.from={domain}; auth=pass smtp.auth={person}"
    )
    for number, results in enumerate(
        (
            f"{AUTHSERV}; {good}",
            f"{AUTHSERV.upper()}; {good}",
            f"{AUTHSERV} 1; {good}",
            f'"{AUTHSERV}"; {good}',
            f"(x) {AUTHSERV} (y); {good}",
            f"{AUTHSERV};{good}; dmarc=pass (p=reject) header.from={domain}",
            f"evil.example; x=y; {AUTHSERV}; {good}",
        )
    ):
        forged = f"Authentication-Results: {results}\r\n"
        yield attempt(
            f"forged results {number}, its person as From",
            sender=person, path=ATTACKER, top=forged,
        )  # fmt: skip
        yield attempt(
            f"forged results {number} below a forged Received",
            sender=person, path=ATTACKER,
            top=f"Received: from a by {AUTHSERV}; x\r\n{forged}",
        )  # fmt: skip
    yield attempt(
        "results of another server", sender=person, path=ATTACKER,
        top=f"Authentication-Results: evil.example; {good}\r\n",
    )  # fmt: skip
    yield attempt(
        "ARC results", sender=person, path=ATTACKER,
        top=f"ARC-Authentication-Results: i=1; {AUTHSERV}; {good}\r\n",
    )  # fmt: skip


def _spellings(reference: str) -> Iterator[str]:
    yield reference
    yield reference.lower()
    yield reference.replace("-", " ")
    yield reference.replace("-", "\u2013")
    yield reference.replace("-", "")
    yield f"Re: AW: [{reference}]"
    yield f"{reference} {reference[:-1]}9"
    yield reference.translate({48 + n: 0xFF10 + n for n in range(10)})
    yield header_encode(reference.encode(), "utf-8")
    yield f"{reference}' OR '1'='1"
    yield f"{reference}\x00"


def _by_tokens(scene: Scene) -> Iterator[Attempt]:
    """Ways to Anna's case by Message-IDs."""
    for name, message_id, is_heard in _tokens(scene):
        for field in ("In-Reply-To", "References"):
            yield Attempt(
                f"{name} in {field}",
                post(text=DEMANDS, fields={field: message_id}),
                is_heard,
            )
    swapped = scene.own_ack.replace(scene.own, scene.victims)
    yield Attempt(
        "as its own Message-ID", post(text=DEMANDS, fields={"Message-ID": swapped})
    )
    many = " ".join(f"<{n}@evil.example>" for n in range(1000))
    yield Attempt(
        "behind 1,000 others",
        post(text=DEMANDS, fields={"References": f"{many} {swapped}"}),
    )
    yield Attempt(
        "own true one, Anna's number, Anna as From",
        post(
            sender=VICTIM, path=ATTACKER, text=DEMANDS,
            subject=f"Complaint {scene.victims}", fields={"In-Reply-To": scene.own_ack},
        ),
    )  # fmt: skip
    # Somebody passed Anna's acknowledgement on: who has it may speak, and no more.
    for name, how in {
        "Anna's true one": {},
        "Anna's true one, in capitals": {"case": True},
        "Anna's true one, Anna as From of another envelope": {
            "sender": VICTIM, "path": ATTACKER,
        },
        "Anna's true one, SPF failed": {"sender": VICTIM, "passes": "other.example"},
        "Anna's true one, her name": {"name": "Anna Okoro"},
    }.items():  # fmt: skip
        true = (
            scene.victims_ack.upper() if how.pop("case", False) else scene.victims_ack
        )
        yield Attempt(
            name, post(text=DEMANDS, fields={"In-Reply-To": true}, **how), is_heard=True
        )  # fmt: skip
    yield Attempt(
        "the officer's Message-ID",
        post(text=DEMANDS, fields={"In-Reply-To": scene.officers_id}),
    )
    yield Attempt(
        "Bola's own Message-ID",
        post(text=DEMANDS, fields={"In-Reply-To": "<bolas-first@letters.example>"}),
    )


def _tokens(scene: Scene) -> Iterator[tuple[str, str, bool]]:
    own, victims = scene.own_ack, scene.victims_ack
    head, _, domain = victims.rpartition("@")
    kind, reference, code = head.strip("<").split(".")
    own_code = own.rpartition("@")[0].rpartition(".")[2]
    made = {
        "another's code": f"<{kind}.{reference}.{own_code}@{domain}",
        "no code": f"<{kind}.{reference}@{domain}",
        "empty code": f"<{kind}.{reference}.@{domain}",
        "zeroes": f"<{kind}.{reference}.{'0' * 32}@{domain}",
        "a cut code": f"<{kind}.{reference}.{code[:-1]}@{domain}",
        "a cut beginning": f"<{reference}.{code}@{domain}",
        "a longer code": f"<{kind}.{reference}.{code}0@{domain}",
        "another kind": f"<escalate.{reference}.{code}@{domain}",
        "another domain": f"<{kind}.{reference}.{code}@evil.example>",
        "a domain above": f"<{kind}.{reference}.{code}@x.{domain}",
        "another case's code": f"<{kind}.{scene.answered}.{code}@{domain}",
        "case in another spelling": f"<{kind}.{reference}x.{code}@{domain}",
        "a code in other letters": f"<{kind}.{reference}.{code.translate(_OTHERS)}@{domain}",
        "no brackets": victims.strip("<>"),
        "twice the brackets": f"<<{kind}.{reference}.{own_code}>@{domain}",
        "quoted": f'<"{kind}.{reference}.{code}"@{domain}',
        "SQL": f"<x' OR message_id LIKE '%{reference}%@{domain}",
        "a wildcard": f"<%.{reference}.%@{domain}",
    }
    is_true = {"twice the brackets": False}
    for name, message_id in made.items():
        yield name, message_id, is_true.get(name, False)


_OTHERS = str.maketrans("abcdef", "\uff41\uff42\uff43\uff44\uff45\uff46")
STAFF_MAILS = (STAFF, ADDRESS)
