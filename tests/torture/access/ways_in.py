"""Ways into somebody else's case, as mails: by its number and by Message-IDs."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.base64mime import header_encode
from typing import Any

from tests.torture.access.house import ATTACKER, VICTIM, Post, post
from tests.torture.shipped_rules import AUTHSERV

ANSWERED = "bola.adeyemi@letters.example"
DEMANDS = (
    "I am not satisfied with your answer and ask for the final stage: please escalate"
    " my complaint to the director. I withdraw the complaint, please close the case."
    " My centre number is IN123 and my candidate number is 4711. I attach my"
    " correspondence with the school: my letter of 3 March and their reply of 5 March."
    " It is about the website, which did not let me enter my candidates on 2 March."
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
    """It bears a true Message-ID of that case: kept there, it changes nothing."""


def into_by_number(reference: str, person: str) -> Iterator[Attempt]:
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
            f"its person, SPF {result}",
            sender=person,
            passes=f"spf={result} smtp.mailfrom={person}",
        )
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


def into_by_message_id(scene: Scene) -> Iterator[Attempt]:
    """Ways to Anna's case by Message-IDs."""
    for name, message_id in _tokens(scene):
        for field in ("In-Reply-To", "References"):
            yield Attempt(
                f"{name} in {field}",
                post(text=DEMANDS, fields={field: message_id}),
            )
    swapped = scene.own_ack.replace(scene.own, scene.victims)
    yield Attempt(
        "as its own Message-ID", post(text=DEMANDS, fields={"Message-ID": swapped})
    )
    many = " ".join(f"<{n}@evil.example>" for n in range(1000))
    behind = {"References": f"{many} {swapped}"}
    yield Attempt(
        "behind 1,000 others",
        post(text=DEMANDS, fields=behind),
    )
    yield Attempt(
        "own true one, Anna's number, Anna as From",
        post(
            sender=VICTIM, path=ATTACKER, text=DEMANDS,
            subject=f"Complaint {scene.victims}", fields={"In-Reply-To": scene.own_ack},
        ),
    )  # fmt: skip
    # Somebody passed Anna's acknowledgement on: who has it may speak, and no more.
    by_anna: dict[str, dict[str, Any]] = {
        "Anna's true one": {},
        "Anna's true one, in capitals": {"case": True},
        "Anna's true one, Anna as From of another envelope": {
            "sender": VICTIM,
            "path": ATTACKER,
        },
        "Anna's true one, SPF failed": {"sender": VICTIM, "passes": "other.example"},
        "Anna's true one, her name": {"name": "Anna Okoro"},
    }
    for name, how in by_anna.items():
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


def _tokens(scene: Scene) -> Iterator[tuple[str, str]]:
    own, victims = scene.own_ack, scene.victims_ack
    head, _, domain = victims.rpartition("@")
    kind, reference, code = head.strip("<").split(".")
    own_code = own.rpartition("@")[0].rpartition(".")[2]
    wide = code.translate(_OTHERS)
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
        "a code in other letters": f"<{kind}.{reference}.{wide}@{domain}",
        "no brackets": victims.strip("<>"),
        "twice the brackets": f"<<{kind}.{reference}.{own_code}>@{domain}",
        "quoted": f'<"{kind}.{reference}.{code}"@{domain}',
        "SQL": f"<x' OR message_id LIKE '%{reference}%@{domain}",
        "a wildcard": f"<%.{reference}.%@{domain}",
    }
    yield from made.items()


_OTHERS = str.maketrans("abcdef", "\uff41\uff42\uff43\uff44\uff45\uff46")
