"""The oracle notices what goes wrong: each test spoils one thing."""

import json
import sqlite3
import subprocess
import sys
import zlib
from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.torture.evidence import Due, Evidence
from tests.torture.oracle import PROMISES, judge, unsettled, untruths
from tests.torture.site import now
from tests.torture.spoiling import first_letter, spoil, with_due, with_letter

pytestmark = pytest.mark.servers


def test_nothing_is_found_where_nothing_went_wrong(evidence: Evidence) -> None:
    assert [str(each) for each in judge(evidence)] == []


def test_the_oracle_uses_nothing_of_triage() -> None:
    program = (
        "import sys, tests.torture.oracle; "
        "print([name for name in sys.modules if name.split('.')[0] == 'triage'])"
    )

    done = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert done.stdout.strip() == "[]"


ONE = "(SELECT min(id) FROM messages WHERE fate = 'recorded' AND case_id IS NOT NULL)"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM messages WHERE id = ONE",
        "DELETE FROM messages WHERE fate = 'left'",
        "UPDATE messages SET fate = 'left' WHERE id = ONE",
        "UPDATE messages SET fate = 'left', sha256 = NULL WHERE disposition = 'record'",
        "UPDATE messages SET case_id = NULL WHERE id = ONE",
        "UPDATE messages SET disposition = 'record' WHERE id = ONE",
        "UPDATE messages SET fate = 'aside', due_at = NULL WHERE id = ONE",
        "UPDATE messages SET fate = 'duplicate', case_id = NULL WHERE id = ONE",
        "UPDATE messages SET reason = '' WHERE fate = 'duplicate'",
        "DELETE FROM cases WHERE id = (SELECT min(id) FROM cases)",
        "INSERT INTO messages (inbox, uidvalidity, uid, fate, reason, seen_at)"
        " SELECT 1, 9, value, 'left', 'why', '' FROM json_each('[1,2,3,4,5,6,7,8,9]')",
        "INSERT INTO messages (inbox, uidvalidity, uid, fate, reason, seen_at, sha256)"
        " SELECT 1, 9, 9, 'recorded', 'twice', '', sha256 FROM messages"
        " WHERE id = ONE",
        "UPDATE raws SET compressed = (SELECT min(compressed) FROM raws)",
    ],
)
def test_a_wrong_fate_is_noticed(evidence: Evidence, statement: str) -> None:
    assert spoil(evidence, "fate", statement.replace("= ONE", f"= {ONE}"))


def test_a_row_that_stands_for_no_mail_is_noticed(evidence: Evidence) -> None:
    gone = replace(evidence, delivered=evidence.delivered[1:])

    assert judge(gone, "fate")


@pytest.mark.parametrize("is_twice", [False, True])
def test_a_mail_that_does_not_lie_in_one_folder_is_noticed(
    evidence: Evidence, *, is_twice: bool
) -> None:
    filed = evidence.folders["Complaints/Formal"]
    folders = {
        **evidence.folders,
        "Complaints/Formal": (*filed, filed[0]) if is_twice else filed[1:],
    }

    assert judge(replace(evidence, folders=folders), "fate")


def test_a_mail_that_lies_there_under_a_numbering_that_is_over_is_noticed(
    evidence: Evidence,
) -> None:
    filed, inbox = evidence.folders["Complaints/Formal"], evidence.folders["INBOX"]
    back = {"INBOX": (*inbox, filed[0]), "Complaints/Formal": filed[1:]}
    moved = replace(evidence, folders={**evidence.folders, **back})

    found = spoil(moved, "fate", "UPDATE messages SET retired_at = seen_at")

    assert any("numbering that is over" in each.words for each in found)


def test_a_letter_that_was_accepted_twice_is_noticed(evidence: Evidence) -> None:
    again = (*evidence.accepted, first_letter(evidence))

    assert judge(replace(evidence, accepted=again), "once")


def test_a_letter_that_no_server_accepted_is_noticed(evidence: Evidence) -> None:
    assert judge(replace(evidence, accepted=evidence.accepted[1:]), "once")


def test_a_second_acknowledgement_of_a_case_is_noticed(evidence: Evidence) -> None:
    first = first_letter(evidence)
    octets = first.octets.replace(b"<acknowledge.", b"<escalate.", 1)
    insert = (
        "INSERT INTO outbox (case_id, message, kind, category, recipient, message_id,"
        " data, acknowledges, state, created_at, changed_at)"
        " SELECT case_id, message, 'escalate', category, recipient,"
        " replace(message_id, 'acknowledge', 'escalate'), data, 1, 'sent', '', ''"
        " FROM outbox WHERE id = 1"
    )
    two = (*evidence.accepted, replace(first, octets=octets))

    found = spoil(replace(evidence, accepted=two), "once", insert)

    assert any("acknowledged 2 times" in each.words for each in found)


def test_the_same_letter_under_another_kind_is_noticed(evidence: Evidence) -> None:
    first = first_letter(evidence)
    octets = first.octets.replace(b"<acknowledge.", b"<receipt.", 1)
    insert = (
        "INSERT INTO outbox (case_id, message, kind, category, recipient, message_id,"
        " data, acknowledges, state, created_at, changed_at)"
        " SELECT case_id, message, 'receipt-20260101', category, recipient,"
        " replace(message_id, 'acknowledge', 'receipt'), data, 0, 'sent', '', ''"
        " FROM outbox WHERE id = 1"
    )
    two = (*evidence.accepted, replace(first, octets=octets))

    found = spoil(replace(evidence, accepted=two), "once", insert)

    assert any("same words" in each.words for each in found)


def test_two_replies_to_one_mail_are_noticed(evidence: Evidence) -> None:
    first, second = evidence.accepted[:2]
    answered = first.octets.split(b"In-Reply-To: ")[1].split(b"\r\n")[0]
    head, _, rest = second.octets.partition(b"In-Reply-To: ")
    octets = head + b"In-Reply-To: " + answered + rest[rest.index(b"\r\n") :]
    moved = (first, replace(second, octets=octets), *evidence.accepted[2:])

    found = judge(replace(evidence, accepted=moved), "once")

    assert any("got 2 replies" in each.words for each in found)


def test_letters_to_copies_of_one_mail_are_noticed(evidence: Evidence) -> None:
    with closing(sqlite3.connect(evidence.store)) as store, store:
        (_, answered), (other, _) = store.execute(
            "SELECT r.sha256, r.compressed FROM outbox o"
            " JOIN messages m ON m.id = o.message JOIN raws r ON r.sha256 = m.sha256"
            " WHERE o.kind = 'acknowledge' ORDER BY o.id LIMIT 2"
        ).fetchall()
        copy = b"Received: from mx2; today\r\n" + zlib.decompress(answered)
        store.execute(
            "UPDATE raws SET compressed = ? WHERE sha256 = ?",
            (zlib.compress(copy), other),
        )

    found = judge(evidence, "once")

    assert any("all its copies got 2 letters" in each.words for each in found)


@pytest.mark.parametrize("state", ["queued", "sending", "refused"])
def test_an_accepted_letter_in_another_state_is_noticed(
    evidence: Evidence, state: str
) -> None:
    statement = f"UPDATE outbox SET state = '{state}' WHERE id = 1"  # noqa: S608 - the words above

    assert spoil(evidence, "once", statement)


@pytest.mark.parametrize(
    "recipients",
    [("victim@elsewhere.example",), ("a@people.example", "b@people.example")],
)
def test_a_letter_to_somebody_else_is_noticed(
    evidence: Evidence, recipients: tuple[str, ...]
) -> None:
    astray = replace(first_letter(evidence), recipients=recipients)

    assert judge(with_letter(evidence, astray), "once")


def test_a_letter_to_the_writer_of_another_mail_is_noticed(evidence: Evidence) -> None:
    first, second = evidence.accepted[:2]
    to = first.recipients[0].encode()
    octets = first.octets.replace(to, second.recipients[0].encode(), 1)
    astray = replace(first, octets=octets, recipients=second.recipients)

    found = judge(with_letter(evidence, astray), "once")

    assert any("did not write" in each.words for each in found)


def test_a_letter_that_is_not_in_the_outbox_is_noticed(evidence: Evidence) -> None:
    assert spoil(evidence, "once", "DELETE FROM outbox WHERE id = 1")


@pytest.mark.parametrize("state", ["queued", "dropped"])
def test_a_complaint_without_a_reply_is_noticed(evidence: Evidence, state: str) -> None:
    unanswered = replace(evidence, accepted=evidence.accepted[1:])
    statement = f"UPDATE outbox SET state = '{state}' WHERE id = 1"  # noqa: S608 - the words above

    assert spoil(unanswered, "once", statement)


def test_a_reply_that_is_held_is_no_violation(evidence: Evidence) -> None:
    unanswered = replace(evidence, accepted=evidence.accepted[1:])

    assert not spoil(
        unanswered, "once", "UPDATE outbox SET state = 'held' WHERE id = 1"
    )


@pytest.mark.parametrize("due", [Due.SILENCE, Due.NOTHING])
def test_a_reply_to_what_must_not_be_answered_is_noticed(
    evidence: Evidence, due: Due
) -> None:
    assert judge(with_due(evidence, Due.REPLY, due), "gate")


def test_a_reply_is_noticed_though_no_row_ties_it(evidence: Evidence) -> None:
    silent = with_due(evidence, Due.REPLY, Due.SILENCE)

    assert spoil(silent, "gate", "UPDATE outbox SET message = NULL")


def test_mail_that_was_marked_as_read_is_noticed(evidence: Evidence) -> None:
    mark = next(
        each.mark for each in evidence.delivered if each.due is Due.NOTHING
    ).encode()
    inbox = evidence.folders["INBOX"]
    ours = tuple(each for each in inbox if mark in each)

    assert judge(replace(evidence, flagged={"INBOX": ours}), "untouched")


@pytest.mark.parametrize("what", ["gone", "changed", "copied"])
def test_mail_that_was_touched_is_noticed(evidence: Evidence, what: str) -> None:
    mark = next(
        each.mark for each in evidence.delivered if each.due is Due.NOTHING
    ).encode()
    inbox = evidence.folders["INBOX"]
    ours = next(each for each in inbox if mark in each)
    others = [each for each in inbox if each is not ours]
    folders: dict[str, tuple[bytes, ...]] = {**evidence.folders}
    match what:
        case "gone":
            folders["INBOX"] = tuple(others)
        case "changed":
            folders["INBOX"] = (ours.replace(b"When", b"Then"), *others)
        case _:
            folders["Elsewhere"] = (ours,)

    assert judge(replace(evidence, folders=folders), "untouched")


@pytest.mark.parametrize(
    "line",
    [
        "sending to {sender}",
        "Complaint about the website {mark}",
        "it says: my number is {mark}",
        "could not read 'cannot enter anybody.'",
        "key {secret}",
        "AUTH PLAIN {encoded}",
    ],
)
@pytest.mark.parametrize("is_output", [False, True])
def test_a_line_that_tells_too_much_is_noticed(
    evidence: Evidence, line: str, *, is_output: bool
) -> None:
    first = evidence.delivered[0]
    secret = evidence.secrets[0]
    told = line.format(
        sender=first.sender,
        mark=first.mark,
        secret=secret,
        encoded=b64encode(b"\0triage\0" + secret.encode()).decode(),
    )
    spoilt = (
        replace(evidence, outputs=(*evidence.outputs, told))
        if is_output
        else replace(evidence, logs=f"{evidence.logs}\n{told}\n")
    )

    assert judge(spoilt, "private")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outbox SET state = 'queued' WHERE id = 1",
        "UPDATE outbox SET state = 'finishing' WHERE id = 1",
        "UPDATE messages SET filed_at = NULL WHERE folder IS NOT NULL",
        "DELETE FROM messages WHERE fate = 'left'",
    ],
)
def test_what_is_not_done_is_noticed(evidence: Evidence, statement: str) -> None:
    in_mailbox = len(evidence.folders["INBOX"])
    assert not unsettled(evidence.store, in_mailbox)

    spoil(evidence, "gate", statement)

    assert unsettled(evidence.store, in_mailbox)


@pytest.mark.parametrize(
    ("what", "value"),
    [("set_aside", 7), ("open_cases", 0), ("health", {"outbox": {"queued": 1}})],
)
def test_a_status_that_is_wrong_is_noticed(
    evidence: Evidence, what: str, value: object
) -> None:
    said = json.loads(evidence.outputs[0])
    assert not untruths(json.dumps(said), evidence.store, now())

    said[what] = value

    assert untruths(json.dumps(said), evidence.store, now())


def test_a_status_that_hides_silence_is_noticed(evidence: Evidence) -> None:
    said = json.loads(evidence.outputs[0]) | {"needs": []}
    later = now() + timedelta(minutes=4)

    assert untruths(json.dumps(said), evidence.store, later)


def test_a_status_that_tells_of_something_else_is_noticed(evidence: Evidence) -> None:
    said = json.loads(evidence.outputs[0]) | {"needs": ["1 letter is uncertain"]}
    later = now() + timedelta(minutes=4)

    assert untruths(json.dumps(said), evidence.store, later)


def test_every_promise_has_a_module_of_its_own() -> None:
    folder = Path(__file__).parent / "oracle"

    assert all((folder / f"{promise}.py").is_file() for promise in PROMISES)
