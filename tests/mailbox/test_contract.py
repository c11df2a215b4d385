"""What every mailbox promises to the jobs, on the fake, on pymap and on Dovecot."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from email import message_from_bytes

import pytest

from tests.mailbox.mails import make_large_mail, make_mail
from tests.mailbox.sites import ImapSite, Site
from triage.errors import ConfigError, TransientError
from triage.mailbox import Limits

SMALL = Limits(whole=16_384, idle_renewal=0.4, poll=0.4)
OURS = "<ack.C-2026-0007.acknowledged.1f2e3d@board.example>"
SOMEBODY_ELSES = [
    ((), make_mail("Lunch?")),
    (("\\Seen", "\\Flagged"), make_mail("Invoice")),
    (("\\Deleted",), make_mail("Marked as deleted by a person")),
    (("\\Answered", "\\Draft"), make_large_mail()),
]


def test_an_empty_folder_has_no_uids(site: Site) -> None:
    with site.mailbox() as mailbox:
        selected = mailbox.select()

        assert (selected.exists, mailbox.uids()) == (0, [])


def test_all_uids_are_listed_in_ascending_order(site: Site) -> None:
    for number in range(5):
        site.deliver(make_mail(f"Complaint {number}"))

    with site.mailbox() as mailbox:
        mailbox.select()
        uids = mailbox.uids()

    assert [seen.uid for seen in site.contents()] == uids
    assert sorted(set(uids)) == uids
    assert len(uids) == 5


def test_the_numbering_is_the_same_in_every_session(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        first = mailbox.select()
    with site.mailbox() as mailbox:
        second = mailbox.select()

    assert (first.uidvalidity, 1) == (second.uidvalidity, second.exists)


def test_a_peek_tells_size_arrival_and_header_block(site: Site) -> None:
    octets = make_mail("A complaint", text="Not part of the header.")
    arrival = datetime(2026, 3, 29, 2, 30, 5, tzinfo=timezone(timedelta(hours=2)))
    site.deliver(octets, arrival)

    with site.mailbox() as mailbox:
        mailbox.select()
        (listed,) = mailbox.peek(mailbox.uids())

    assert len(octets) == listed.size
    assert arrival.astimezone(UTC) == listed.received_at
    assert octets.split(b"\r\n\r\n")[0] + b"\r\n\r\n" == listed.header


def test_a_small_message_is_fetched_octet_for_octet(site: Site) -> None:
    octets = make_mail(text="Grüße — nobody answers.\r\n\r\n.\r\n..\r\nlast line")
    site.deliver(octets)

    with site.mailbox() as mailbox:
        mailbox.select()
        (fetched,) = mailbox.fetch(mailbox.peek(mailbox.uids()))

    assert (octets, True) == (fetched.raw, fetched.is_whole)


def test_messages_are_fetched_in_the_order_of_the_folder(site: Site) -> None:
    for number in range(3):
        site.deliver(make_mail(f"Complaint {number}"))
        site.deliver(make_large_mail(text=f"Number {number}"))

    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        uids = mailbox.uids()
        fetched = list(mailbox.fetch(mailbox.peek(uids)))

    assert uids == [one.uid for one in fetched]
    assert [one.is_whole for one in fetched] == [True, False] * 3


def test_an_unknown_uid_is_left_out_of_a_peek(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        mailbox.select()
        (uid,) = mailbox.uids()
        listed = list(mailbox.peek([uid, uid + 999]))

    assert [uid] == [one.uid for one in listed]


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(make_mail(), id="small"),
        pytest.param(make_large_mail(), id="large"),
    ],
)
def test_a_message_that_vanishes_before_it_is_fetched_stops_nothing(
    site: Site, octets: bytes
) -> None:
    site.deliver(octets)
    site.deliver(make_mail("It stays"))

    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        gone, stays = mailbox.peek(mailbox.uids())
        site.expunge(gone.uid)
        fetched = list(mailbox.fetch([gone, stays]))

    # A server may go on showing it to those who had the folder open (RFC 2180 §4.1).
    assert [stays.uid] == [one.uid for one in fetched if one.uid != gone.uid]


def test_a_large_message_comes_without_its_attachments(site: Site) -> None:
    octets = make_large_mail(attachment_octets=600_064, text="See the scan.")
    site.deliver(octets)

    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        (fetched,) = mailbox.fetch(mailbox.peek(mailbox.uids()))
    message = message_from_bytes(fetched.raw)
    text, html, scan = [part for part in message.walk() if not part.is_multipart()]

    assert (fetched.is_whole, fetched.size) == (False, len(octets))
    assert len(fetched.raw) < 2_000
    assert message["Subject"] == "A complaint with a scan"
    assert str(text.get_payload()).strip() == "See the scan."
    assert str(html.get_payload()).strip() == "<p>See the scan.</p>"
    assert (scan.get_filename(), scan.get_payload(decode=True)) == ("scan.pdf", b"")
    assert int(scan["X-Triage-Octets"]) == pytest.approx(600_064, rel=0.02)


def test_a_large_message_is_abridged_to_the_same_octets_each_time(site: Site) -> None:
    site.deliver(make_large_mail())

    raws = []
    for _ in range(2):
        with site.mailbox(SMALL) as mailbox:
            mailbox.select()
            raws += [one.raw for one in mailbox.fetch(mailbox.peek(mailbox.uids()))]

    assert raws[0] == raws[1]


def test_filing_moves_a_message_with_all_that_belongs_to_it(site: Site) -> None:
    site.deliver(make_mail(), flags=["\\Flagged"])
    (before,) = site.contents()

    with site.mailbox() as mailbox:
        mailbox.select()
        mailbox.check_filing()
        gone = mailbox.file(mailbox.uids(), "Complaints/School first")
        left = mailbox.uids()
    (after,) = site.contents("Complaints/School first")

    assert (frozenset([before.uid]), []) == (gone, left)
    assert (before.octets, before.received_at, before.flags) == (
        after.octets,
        after.received_at,
        after.flags,
    )


def test_filing_again_what_was_filed_does_nothing(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        mailbox.select()
        uids = mailbox.uids()
        first = mailbox.file(uids, "Complaints")
        second = mailbox.file(uids, "Complaints")

    assert first == second == frozenset(uids)
    assert len(site.contents("Complaints")) == 1


def test_filing_nothing_is_no_mistake(site: Site) -> None:
    with site.mailbox() as mailbox:
        mailbox.select()

        assert frozenset() == mailbox.file([], "Complaints")


def test_filing_a_message_that_somebody_removed_counts_as_gone(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        mailbox.select()
        uids = mailbox.uids()
        site.expunge(uids[0])

        assert frozenset(uids) == mailbox.file(uids, "Complaints")


def test_mail_is_not_filed_where_it_comes_from(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        mailbox.select()
        uids = mailbox.uids()
        with pytest.raises(ConfigError, match="where it comes from"):
            mailbox.file(uids, "INBOX")

        assert uids == mailbox.uids()


def test_folders_are_made_once_and_then_left_alone(site: Site) -> None:
    folders = ["Complaints", "Complaints/School first", "Überblick"]

    with site.mailbox() as mailbox:
        mailbox.ensure_folders(folders)
    site.deliver(make_mail(), folder="Überblick")
    with site.mailbox() as mailbox:
        mailbox.ensure_folders(folders)

    assert [len(site.contents(folder)) for folder in folders] == [0, 0, 1]


def test_every_bad_folder_name_is_told_at_once(site: Site) -> None:
    with site.mailbox() as mailbox, pytest.raises(ConfigError) as caught:
        mailbox.ensure_folders(["Complaints", "/Sorted", "All*", "Two\r\nlines"])

    assert len(caught.value.problems) == 3


def test_other_mail_stays_as_it_is_in_every_respect(site: Site) -> None:
    for flags, octets in SOMEBODY_ELSES:
        site.deliver(octets, flags=flags)
    site.deliver(make_mail("Our complaint"), flags=["\\Seen"])
    site.deliver(make_large_mail())
    *others, _, _ = site.contents()

    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        mailbox.check_filing()
        listed = list(mailbox.peek(mailbox.uids()))
        list(mailbox.fetch(listed))
        mailbox.file([one.uid for one in listed[-2:]], "Complaints")
        mailbox.wait(0, threading.Event())
        mailbox.uids()

    assert others == site.contents()


def test_a_reply_of_ours_is_found_in_its_folder_only(site: Site) -> None:
    site.deliver(make_mail("Re: yours", message_id=OURS), folder="Sent")
    site.deliver(make_mail("Other", message_id="<other@board.example>"))

    with site.mailbox() as mailbox:
        mailbox.select()
        found = [mailbox.find(OURS, folder) for folder in ("Sent", "INBOX")]
        uids = mailbox.uids()

    assert (found, len(uids)) == ([True, False], 1)


def test_a_mail_of_ours_in_the_folder_is_named_by_its_uid(site: Site) -> None:
    site.deliver(make_mail("Other", message_id="<other@board.example>"))
    site.deliver(make_mail("Test", message_id=OURS))

    with site.mailbox() as mailbox:
        mailbox.select()
        uids = mailbox.uids()
        found = mailbox.uids_named(OURS)

    assert found == uids[1:]


@pytest.mark.parametrize(
    "message_id",
    [
        pytest.param('<a@b>"\r\nX STORE 1:* +FLAGS (\\Deleted)', id="a second command"),
        pytest.param("<a@b>\n", id="a line end"),
        pytest.param('<"quoted"@b.example>', id="quotes"),
        pytest.param("<a%b@b.example>", id="a wildcard"),
        pytest.param("<ä@b.example>", id="not ASCII"),
        pytest.param("<a@[127.0.0.1]>", id="a domain literal"),
        pytest.param("a@b.example", id="no brackets"),
        pytest.param("", id="nothing"),
    ],
)
def test_nothing_but_an_id_of_our_own_making_is_searched_for(
    site: Site, message_id: str
) -> None:
    with site.mailbox() as mailbox:
        mailbox.select()
        with pytest.raises(ValueError, match="our own making"):
            mailbox.find(message_id, "INBOX")


def test_looking_in_a_folder_that_does_not_exist_fails_in_words(site: Site) -> None:
    with site.mailbox() as mailbox:
        mailbox.select()
        with pytest.raises(TransientError, match='the folder "Nowhere"'):
            mailbox.find(OURS, "Nowhere")


def test_waiting_ends_at_once_for_mail_that_is_there_already(site: Site) -> None:
    with site.mailbox() as mailbox:
        mailbox.select()
        mailbox.uids()
        site.deliver(make_mail())
        began = time.monotonic()

        assert mailbox.wait(20, threading.Event())
        assert time.monotonic() - began < 5


def test_waiting_ends_as_soon_as_mail_comes(site: Site) -> None:
    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        mailbox.uids()
        postman = threading.Timer(0.9, site.deliver, [make_mail()])
        postman.start()
        began = time.monotonic()

        assert mailbox.wait(20, threading.Event())
        assert time.monotonic() - began < 5
        postman.join()


def test_waiting_without_news_ends_after_its_time(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        mailbox.uids()
        began = time.monotonic()

        assert not mailbox.wait(1.0, threading.Event())
        assert 0.9 < time.monotonic() - began < 5


def test_mail_that_was_there_at_the_first_select_is_no_news(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        mailbox.select()

        assert not mailbox.wait(0.3, threading.Event())


def test_filing_is_no_news(site: Site) -> None:
    site.deliver(make_mail())

    with site.mailbox() as mailbox:
        mailbox.select()
        mailbox.file(mailbox.uids(), "Complaints")

        assert not mailbox.wait(0.3, threading.Event())


def test_waiting_ends_soon_after_stop_is_set(site: Site) -> None:
    stop = threading.Event()

    with site.mailbox() as mailbox:
        mailbox.select()
        mailbox.uids()
        alarm = threading.Timer(0.2, stop.set)
        alarm.start()
        began = time.monotonic()

        assert not mailbox.wait(60, stop)
        assert time.monotonic() - began < 3
        alarm.join()


def test_an_interrupt_from_another_thread_ends_what_is_under_way(site: Site) -> None:
    with site.mailbox() as mailbox:
        mailbox.select()
        mailbox.uids()
        other = threading.Timer(0.2, mailbox.interrupt)
        other.start()
        began = time.monotonic()

        with pytest.raises(TransientError):
            mailbox.wait(60, threading.Event())
        with pytest.raises(TransientError):
            mailbox.connect()
        assert time.monotonic() - began < 5
        other.join()


def test_nothing_works_before_it_is_connected(site: Site) -> None:
    mailbox = site.mailbox()

    with pytest.raises(TransientError, match="not connected"):
        mailbox.select()


@pytest.mark.parametrize("make", [make_mail, make_large_mail], ids=["small", "large"])
def test_a_mail_in_another_folder_is_read_as_it_was_and_moved_on(
    site: Site, make: Callable[[], bytes]
) -> None:
    site.deliver(make())
    with site.mailbox(SMALL) as mailbox:
        mailbox.select()
        (listed,) = mailbox.peek(mailbox.uids())
        (fetched,) = mailbox.fetch([listed])
        mailbox.file([listed.uid], "Complaints/Approved")

    with site.mailbox(SMALL, "Complaints/Approved") as other:
        other.check_filing()
        other.select()
        (again,) = other.peek(other.uids())
        (read,) = other.fetch([again])
        moved = other.file([again.uid], "Complaints/Formal")
        left = other.uids()

    assert (read.raw, again.received_at) == (fetched.raw, listed.received_at)
    assert (set(moved), left) == ({again.uid}, [])
    assert len(site.contents("Complaints/Formal")) == 1


def test_folders_say_how_they_are_without_being_opened(site: Site) -> None:
    site.deliver(make_mail())
    site.deliver(make_mail(), folder="Complaints/Überblick")

    with site.mailbox() as mailbox:
        opened = mailbox.select()
        found = mailbox.standing(["INBOX", "Complaints/Überblick", "Nowhere"])

    assert found["INBOX"] == opened
    assert set(found) == {"INBOX", "Complaints/Überblick"}


def test_a_folder_that_gets_mail_stands_otherwise(site: Site) -> None:
    site.deliver(make_mail(), folder="Complaints")

    with site.mailbox() as mailbox:
        mailbox.turn_to("Complaints")
        mailbox.select()
        before = mailbox.standing(["Complaints"])["Complaints"]
        site.deliver(make_mail(), folder="Complaints")
        after = mailbox.standing(["Complaints"])["Complaints"]

    assert before.uidnext != after.uidnext
    assert before.uidvalidity == after.uidvalidity


def test_one_connection_turns_from_folder_to_folder(site: Site) -> None:
    site.deliver(make_mail("In the inbox"))
    site.deliver(make_mail("Elsewhere"), folder="Complaints")
    found = []

    with site.mailbox() as mailbox:
        for folder in ("INBOX", "Complaints", "INBOX"):
            mailbox.turn_to(folder)
            mailbox.select()
            found += [listed.header for listed in mailbox.peek(mailbox.uids())]

    subjects = [str(message_from_bytes(header)["Subject"]) for header in found]
    assert subjects == ["In the inbox", "Elsewhere", "In the inbox"]


def test_mail_is_listed_from_a_day_on(site: Site) -> None:
    for day in (1, 2, 3):
        site.deliver(make_mail(), datetime(2026, 3, day, 12, tzinfo=UTC))

    with site.mailbox() as mailbox:
        mailbox.select()
        every = mailbox.uids()
        since = mailbox.uids_since(date(2026, 3, 2))

    assert every[1:] == since


@pytest.mark.servers
def test_the_folder_of_sent_mail_is_known_by_its_mark(
    dovecot_site: ImapSite, plain_site: ImapSite
) -> None:
    found = []
    for site in (dovecot_site, plain_site):
        with site.mailbox() as mailbox:
            found.append(mailbox.sent_folder())
        site.deliver(make_mail(), folder="Sent")
        with site.mailbox() as mailbox:
            found.append(mailbox.sent_folder())

    assert found == [None, "Sent", None, "Sent"]
