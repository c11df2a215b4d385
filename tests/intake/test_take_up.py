from dataclasses import replace
from datetime import timedelta

from tests.intake.conftest import NOW
from tests.intake.mails import delivered
from tests.servers.fake_mailbox import FakeMailbox
from triage.intake import Intake, Rulebook
from triage.message.token import verify_id
from triage.store import Category, State, Store
from triage.store.moving import Claim


def test_the_letters_message_id_proves_its_case(
    intake: Intake, mailbox: FakeMailbox, store: Store, rulebook: Rulebook
) -> None:
    mailbox.deliver(delivered())

    intake.run()

    (letter,) = store.outbox.listed()
    minted = verify_id(letter.message_id, rulebook.keys, "examboard.example")
    assert minted is not None
    assert (minted.reference, minted.kind) == (letter.reference, "acknowledge")


def test_a_contact_with_a_long_name_is_told_as_well(
    intake: Intake, mailbox: FakeMailbox, store: Store, told_by_a_long_name: Rulebook
) -> None:
    mailbox.deliver(delivered(text="He beats her."))

    done = replace(intake, rulebook=told_by_a_long_name).run()

    notices = [
        line for line in store.outbox.listed() if line.category is Category.NOTICE
    ]
    assert done == {"recorded": 1, "filed": 1}
    assert [line.to for line in notices] == ["lead@examboard.example"]


def test_contacts_whose_names_begin_alike_are_told_each(
    intake: Intake, mailbox: FakeMailbox, store: Store, told_by_a_long_name: Rulebook
) -> None:
    book = told_by_a_long_name
    (flag,) = book.ruleset.tables.flag
    (name,) = flag.tell
    both = (name, f"{name}-deputy")
    tables = book.ruleset.tables.model_copy(
        update={"flag": (flag.model_copy(update={"tell": both}),)}
    )
    contacts = {each: f"lead{len(each)}@examboard.example" for each in both}
    book = replace(
        book,
        ruleset=replace(book.ruleset, tables=tables),
        organisation=replace(book.organisation, contacts=contacts),
    )
    mailbox.deliver(delivered(text="He beats her."))

    replace(intake, rulebook=book).run()

    told = [
        line.to for line in store.outbox.listed() if line.category is Category.NOTICE
    ]
    assert sorted(told) == sorted(contacts.values())


def test_a_later_message_tells_the_contact_again(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered(text="He beats her."))
    intake.run()
    (reply,) = [each for each in store.outbox.listed() if each.category == "reply"]
    again = delivered("Re", "He beats her again.", in_reply_to=reply.message_id)
    mailbox.deliver(again)

    intake.run()

    told = [each for each in store.outbox.listed() if each.category is Category.NOTICE]
    assert len(told) == 2
    assert len(store.cases.listed()) == 1


def test_a_mail_that_servers_delivered_twice_gets_one_letter(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mail = delivered()
    for hop in (b"Received: from a by mx1; today\r\n", b"", b"Received: by mx2\r\n"):
        mailbox.deliver(hop + mail)

    done = intake.run()

    (case,) = store.cases.listed()
    assert done == {"recorded": 3, "filed": 3}
    assert len(store.outbox.listed()) == case.messages == 1


def test_a_sender_who_cannot_be_written_to_still_has_a_case(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    sender = "=?x?=@post.example"
    octets = delivered().replace(b"joy.mensah@post.example", sender.encode())
    mailbox.deliver(octets)

    done = intake.run()

    assert done == {"recorded": 1, "filed": 1}
    assert store.outbox.listed() == []
    (debt,) = store.cases.debts()
    assert debt.why == (
        "no reply can be written: the recipient is not one plain e-mail address",
    )


def test_the_breaker_opens_once_with_one_alert(
    intake: Intake, mailbox: FakeMailbox, store: Store, rulebook: Rulebook
) -> None:
    tables = rulebook.ruleset.tables
    budgets = tables.senders.budgets.model_copy(update={"all_per_hour": 2})
    senders = tables.senders.model_copy(update={"budgets": budgets})
    ruleset = replace(
        rulebook.ruleset, tables=tables.model_copy(update={"senders": senders})
    )
    for number in range(5):
        mailbox.deliver(delivered(sender=f"writer{number}@post{number}.example"))

    done = replace(intake, rulebook=replace(rulebook, ruleset=ruleset)).run()

    alerts = [line for line in store.outbox.listed() if line.reference is None]
    assert done == {"recorded": 5, "filed": 5}
    assert len(store.outbox.listed(State.HELD)) == 3
    assert [line.to for line in alerts] == ["team@examboard.example"]
    assert len(store.cases.debts()) == 3


def test_nothing_of_a_sender_is_in_a_notice(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    octets = delivered("Complaint Zanzibar", "He beats her. Quetzalcoatl.")
    mailbox.deliver(octets)

    intake.run()

    (notice,) = [
        store.outbox.show(line.id)
        for line in store.outbox.listed()
        if line.category is Category.NOTICE
    ]
    assert notice is not None
    for word in (b"Zanzibar", b"Quetzalcoatl", b"joy.mensah", b"Mensah"):
        assert word not in notice.data


FORM = "form@examboard.example"


def test_who_uses_our_form_is_no_party_to_what_others_sent_by_it(
    intake: Intake, mailbox: FakeMailbox, store: Store, rulebook: Rulebook
) -> None:
    ourselves = replace(rulebook.ourselves, web_forms=frozenset({FORM}))
    mailbox.deliver(delivered(sender=FORM))
    mailbox.deliver(delivered("Complaint CMP-2026-00001", "Me too.", sender=FORM))

    replace(intake, rulebook=replace(rulebook, ourselves=ourselves)).run()

    second = store.cases.show("CMP-2026-00002")
    assert second is not None
    assert (second.claims, second.parties) == ("CMP-2026-00001", ())


def test_a_reply_to_that_bounced_gets_no_further_reply(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    writer = {"sender": "ann@school.example", "reply_to": "office@school.example"}
    mailbox.deliver(delivered(**writer))
    intake.run()
    claim = Claim(owner="test", deadline=NOW + timedelta(minutes=15))
    letter = store.outbox.claim(NOW, claim)
    assert letter is not None
    store.outbox.refuse(letter, NOW, "550 no such user", address_is_bad=True)

    mailbox.deliver(delivered("Another complaint", **writer))
    intake.run()

    assert letter.to == "office@school.example"
    assert [line.reference for line in store.outbox.listed()] == ["CMP-2026-00001"]


def test_a_colleague_who_is_told_of_complaints_gets_no_reply(
    intake: Intake, mailbox: FakeMailbox, store: Store, rulebook: Rulebook
) -> None:
    mailbox.deliver(delivered(text="He beats her."))
    intake.run()
    (notice,) = (
        line for line in store.outbox.listed() if line.category is Category.NOTICE
    )
    mailbox.deliver(
        delivered(
            "Another complaint",
            "The website, as I said.",
            sender=notice.to,
        )
    )

    intake.run()

    assert notice.to in rulebook.ourselves.colleagues
    replies = [
        line.to for line in store.outbox.listed() if line.category is Category.REPLY
    ]
    assert notice.to not in replies
