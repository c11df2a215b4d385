"""Into a stranger's case, by mail: by its number, its Message-IDs, or its people.

Anna wrote, and Bola too, who was answered. Mallory has a case and so a true
acknowledgement of his own, saw both numbers, knows both addresses, and in one trial has
even Anna's acknowledgement. His mails ask for everything that can change a case.
"""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

from tests.journeys.installing import ADDRESS
from tests.torture.access.house import (
    ATTACKER,
    VICTIM,
    VICTIMS_WORDS,
    House,
    post,
)
from tests.torture.access.ways_in import (
    ANSWERED,
    Attempt,
    Scene,
    into_by_message_id,
    into_by_number,
)
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome

# What a mail said that it answers, said back to whoever said it.
_THREADING = re.compile(rb"(?m)^(?:In-Reply-To|References):.*(?:\r\n[ \t].*)*\r\n")
ANSWER = (
    "Dear parent, we have found out why our website could not be reached. A certificate"
    " had run out, and nobody had noticed. It has been renewed, and your entries are"
    " open until the end of this month. We are sorry for the trouble that you had with"
    " it, and we have told the team that looks after it to watch for it from now on."
)


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
        attempts = [
            *into_by_number(scene.victims, VICTIM),
            *into_by_message_id(scene),
        ]
        if ground.is_full:
            attempts += into_by_number(scene.answered, ANSWERED)
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
            what = {part: (value, now)}
            if part == "case":
                what = {n: (value[n], now[n]) for n in value if value[n] != now[n]}
            words = ", ".join(f"{n}: {a} → {b}" for n, (a, b) in what.items())
            yield Finding("access", reference, f"a stranger's mails changed {words}")


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
