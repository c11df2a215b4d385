"""What a server cannot do, or does not let us do."""

import threading

import pytest

from tests.mailbox.scripts import (
    HASTY,
    MAIL,
    PASSWORD,
    everything,
    mailbox_at,
    two_mails,
)
from tests.servers.scripted import (
    Answer,
    HangUp,
    InTurn,
    Reply,
    Script,
    ScriptedServer,
    say,
)
from triage.errors import ConfigError, TransientError
from triage.mailbox import LoginRefusedError, backoff

LEAKED = "s3cret"
ODD = 'd\\ "e'


def nothing_filed(search: bytes) -> Answer:
    """Both mails are where they were, and nothing lies in Complaints."""
    found = b"* SEARCH" if b"SINCE" in search else b"* SEARCH 1 2"
    return say(found, b"TAG OK done")


def copied(line: bytes) -> Answer:
    """Say of a COPY where everything is now."""
    uids = line.split()[3]
    return say(b"TAG OK [COPYUID 14 %b %b] done" % (uids, uids))


def able_to(*capabilities: bytes) -> dict[str, Reply | InTurn]:
    """Return a script in which the server offers nothing else."""
    offer = b" ".join((b"IMAP4rev1 AUTH=PLAIN", *capabilities))
    return {
        "CAPABILITY": say(b"* CAPABILITY " + offer, b"TAG OK done"),
        "credentials": say(b"TAG OK [CAPABILITY " + offer + b"] welcome"),
        "UID FETCH": two_mails,
        "UID COPY": copied,
    }


def test_without_move_and_uidplus_nothing_is_filed() -> None:
    with (
        ScriptedServer(able_to(b"IDLE")) as server,
        mailbox_at(server) as mailbox,
        pytest.raises(ConfigError, match="neither MOVE nor UIDPLUS"),
    ):
        mailbox.check_filing()

    assert "SELECT" not in server.commands()


def test_without_move_exactly_our_messages_are_copied_and_expunged() -> None:
    script = able_to(b"UIDPLUS")
    script["UID SEARCH"] = nothing_filed

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        mailbox.select()
        mailbox.check_filing()
        mailbox.file([2, 1], "Complaints")

    assert server.sent(b"UID COPY", b"UID STORE", b"UID EXP", b"EXPUNGE", b"CLOSE") == [
        b'UID COPY 1,2 "Complaints"',
        b"UID STORE 1,2 +FLAGS.SILENT (\\Deleted)",
        b"UID EXPUNGE 1,2",
    ]


def test_without_move_a_second_attempt_makes_no_second_copy() -> None:
    script = able_to(b"UIDPLUS")
    script["UID SEARCH"] = nothing_filed
    script["UID EXPUNGE"] = InTurn([say(b"TAG NO [NOPERM] no"), say(b"TAG OK done")])

    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        everything(mailbox)
        with pytest.raises(TransientError, match="lacks the permission"):
            mailbox.file([1], "Complaints")
        everything(mailbox)
        mailbox.file([1], "Complaints")
        mailbox.close()

    assert server.commands().count("UID COPY") == 1
    assert server.commands().count("UID EXPUNGE") == 2


def test_a_server_that_names_more_than_was_asked_for_has_nothing_else_filed() -> None:
    script: Script = {
        "UID MOVE": InTurn([say(b"TAG NO [INUSE] not now"), say(b"TAG OK done")]),
        "UID SEARCH": say(b"* SEARCH 1 2", b"TAG OK done"),
        "UID FETCH": two_mails,
    }

    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        everything(mailbox)
        with pytest.raises(TransientError):
            mailbox.file([1], "Complaints")
        everything(mailbox)
        mailbox.file([1], "Complaints")
        mailbox.close()

    assert server.sent(b"UID MOVE") == [b'UID MOVE 1 "Complaints"'] * 2


def test_filing_selects_only_for_as_long_as_it_writes() -> None:
    with (
        ScriptedServer({"UID FETCH": two_mails}) as server,
        mailbox_at(server) as mailbox,
    ):
        everything(mailbox)
        mailbox.file([1], "Complaints")
        mailbox.uids()

    opened = [each for each in server.commands() if each in ("SELECT", "EXAMINE")]
    assert opened == ["EXAMINE", "SELECT", "EXAMINE"]


def test_an_answer_to_move_as_exchange_gives_it_is_no_fault() -> None:
    script: Script = {
        "UID MOVE": say(b"* OK [COPYUID 14 1 1001] ", b"* 1 EXPUNGE", b"TAG OK MOVE"),
        "UID SEARCH": say(b"* SEARCH", b"TAG OK done"),
    }

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        mailbox.select()

        assert mailbox.file([1, 2], "Complaints") == {1, 2}


def test_a_move_that_was_carried_out_and_refused_is_not_asked_for_again() -> None:
    script: Script = {
        "UID MOVE": say(b"* 1 EXPUNGE", b"TAG BAD Command Argument Error. 11"),
        "UID SEARCH": say(b"* SEARCH", b"TAG OK done"),
    }

    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        mailbox.connect()
        mailbox.select()
        with pytest.raises(TransientError):
            mailbox.file([1], "Complaints")
        mailbox.connect()
        mailbox.select()
        gone = mailbox.file([1], "Complaints")
        mailbox.close()

    assert gone == {1}
    assert server.commands().count("UID MOVE") == 1


def test_what_the_server_did_not_move_is_told() -> None:
    script: Script = {"UID SEARCH": say(b"* SEARCH 2", b"TAG OK done")}

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        mailbox.select()

        assert mailbox.file([1, 2], "Complaints") == {1}


def test_a_full_mailbox_is_told_in_words() -> None:
    script: Script = {
        "UID FETCH": two_mails,
        "UID MOVE": say(b"TAG NO [OVERQUOTA] Ann is full"),
    }

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        everything(mailbox)
        with pytest.raises(TransientError, match="the mailbox is full") as caught:
            mailbox.file([1], "Complaints")

    assert "Ann" not in str(caught.value)


def test_a_folder_that_may_only_be_read_is_a_matter_of_configuration() -> None:
    script: Script = {
        "SELECT": say(b"* 2 EXISTS", b"* OK [UIDVALIDITY 7] x", b"TAG OK [READ-ONLY] x")
    }

    with (
        ScriptedServer(script) as server,
        mailbox_at(server) as mailbox,
        pytest.raises(ConfigError, match='"ann" may only read'),
    ):
        mailbox.check_filing()


def test_a_folder_that_cannot_be_made_is_a_matter_of_configuration() -> None:
    script: Script = {
        "LIST": say(b"TAG OK done"),
        "CREATE": say(b"TAG NO [CANNOT] reserved by ann@example.org"),
    }

    with (
        ScriptedServer(script) as server,
        mailbox_at(server) as mailbox,
        pytest.raises(ConfigError) as caught,
    ):
        mailbox.ensure_folders(["Complaints", "Other"])

    assert len(caught.value.problems) == 2
    assert "example.org" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(say(b"TAG NO [ALREADYEXISTS] x"), id="made by somebody else"),
        pytest.param(say(b"TAG OK done"), id="made by us"),
    ],
)
def test_a_folder_without_subscription_will_do(answer: Answer) -> None:
    script: Script = {
        "LIST": say(b"TAG OK done"),
        "CREATE": answer,
        "SUBSCRIBE": say(b"TAG NO x"),
    }

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        mailbox.ensure_folders(["Complaints"])

    assert "SUBSCRIBE" in server.commands()


def test_a_name_that_only_holds_other_folders_is_made_into_one() -> None:
    listed = say(b'* LIST (\\Noselect) "/" Complaints', b"TAG OK done")

    with ScriptedServer({"LIST": listed}) as server, mailbox_at(server) as mailbox:
        mailbox.ensure_folders(["Complaints"])

    assert "CREATE" in server.commands()


def test_no_wrong_name_is_ever_sent() -> None:
    with (
        ScriptedServer() as server,
        mailbox_at(server) as mailbox,
        pytest.raises(ConfigError),
    ):
        mailbox.ensure_folders(["A\r\nX DELETE INBOX", "*"])

    assert not {"LIST", "CREATE"} & set(server.commands())


def test_without_namespaces_the_delimiter_is_asked_for() -> None:
    script = able_to(b"MOVE")
    script["LIST"] = InTurn(
        [say(b'* LIST (\\Noselect) "." ""', b"TAG OK done"), say(b"TAG OK done")]
    )

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        mailbox.ensure_folders(["Complaints/School first"])

    assert server.sent(b"CREATE") == [b'CREATE "Complaints.School first"']


def test_without_idle_the_server_is_asked_now_and_then() -> None:
    script = able_to(b"MOVE")
    nothing, news = say(b"* SEARCH", b"TAG OK done"), say(b"* SEARCH 9", b"TAG OK done")
    script["UID SEARCH"] = InTurn([nothing, nothing, nothing, news])

    with ScriptedServer(script) as server, mailbox_at(server, HASTY) as mailbox:
        mailbox.uids()

        assert mailbox.wait(20, threading.Event())
    assert "IDLE" not in server.commands()


def test_a_login_that_is_refused_says_what_to_check_and_no_secret() -> None:
    script: Script = {
        "credentials": say(b"TAG NO [AUTHENTICATIONFAILED] " + PASSWORD.encode())
    }

    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        with pytest.raises(
            LoginRefusedError, match="check the user, the password"
        ) as caught:
            mailbox.connect()

    assert f"127.0.0.1:{server.port}" in str(caught.value)
    assert '"ann"' in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_an_alert_at_login_is_passed_on() -> None:
    alert = b"TAG NO [ALERT] Application-specific password required\x07"

    with (
        ScriptedServer({"credentials": say(alert)}) as server,
        pytest.raises(LoginRefusedError, match="specific password required") as caught,
    ):
        mailbox_at(server).connect()

    assert str(caught.value).isprintable()


def test_an_alert_that_repeats_the_password_is_not_passed_on() -> None:
    alert = f"TAG NO [ALERT] wrong: ann {LEAKED}".encode()

    with (
        ScriptedServer({"credentials": say(alert)}) as server,
        pytest.raises(LoginRefusedError) as caught,
    ):
        mailbox_at(server, password=LEAKED).connect()

    assert LEAKED not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(say(b"TAG NO [UNAVAILABLE] x"), id="not available"),
        pytest.param(say(b"TAG NO [LIMIT] x"), id="too many sessions"),
        pytest.param([HangUp()], id="closes"),
    ],
)
def test_a_login_that_fails_for_other_reasons_is_not_blamed_on_the_password(
    answer: Answer,
) -> None:
    with (
        ScriptedServer({"credentials": answer}) as server,
        pytest.raises(TransientError) as caught,
    ):
        mailbox_at(server).connect()

    assert not isinstance(caught.value, LoginRefusedError)


def test_the_password_is_asked_for_at_every_login() -> None:
    asked: list[str] = []

    def changing() -> str:
        asked.append("")
        return f"pass word {len(asked)}"

    with ScriptedServer(able_to()) as server:
        for _ in range(2):
            with mailbox_at(server, password=changing):
                pass

    assert len(asked) == 2


def test_login_quotes_what_it_sends_where_plain_is_not_offered() -> None:
    script: Script = {"CAPABILITY": say(b"* CAPABILITY IMAP4rev1", b"TAG OK done")}

    with (
        ScriptedServer(script) as server,
        mailbox_at(server, user='a "b" c', password=ODD),
    ):
        pass

    assert server.sent(b"LOGIN") == [b'LOGIN "a \\"b\\" c" "d\\\\ \\"e"']


@pytest.mark.parametrize(
    ("capabilities", "password", "why"),
    [
        pytest.param(
            b"IMAP4rev1 LOGINDISABLED", "x", "takes no password", id="disabled"
        ),
        pytest.param(b"IMAP4rev1", "pässword", "in ASCII", id="not ASCII"),
    ],
)
def test_no_password_is_sent_where_it_cannot_be_taken(
    capabilities: bytes, password: str, why: str
) -> None:
    script: Script = {
        "CAPABILITY": say(b"* CAPABILITY " + capabilities, b"TAG OK done")
    }

    with (
        ScriptedServer(script) as server,
        pytest.raises(LoginRefusedError, match=why),
    ):
        mailbox_at(server, password=password).connect()

    assert server.commands() == ["CAPABILITY"]


def test_a_session_that_the_server_ended_is_made_anew() -> None:
    fine = say(b"TAG OK done")
    script: Script = {
        "UID FETCH": two_mails,
        "NOOP": InTurn([fine, fine, [HangUp()], fine]),
    }

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        everything(mailbox)

        assert everything(mailbox) == [MAIL, MAIL]
    assert server.connections == 2


def test_a_folder_that_is_numbered_anew_is_not_worked_on() -> None:
    def numbered(number: bytes) -> Answer:
        return say(b"* 2 EXISTS", b"* OK [UIDVALIDITY " + number + b"] x", b"TAG OK x")

    script: Script = {"UID FETCH": two_mails, "SELECT": numbered(b"8")}

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        everything(mailbox)
        with pytest.raises(TransientError, match="numbered anew"):
            mailbox.file([1], "Complaints")

    assert "UID MOVE" not in server.commands()


def test_after_a_renumbering_the_caller_must_select_again() -> None:
    first = say(b"* 2 EXISTS", b"* OK [UIDVALIDITY 7] x", b"TAG OK x")
    later = say(b"* 2 EXISTS", b"* OK [UIDVALIDITY 8] x", b"TAG OK x")

    with ScriptedServer({"EXAMINE": InTurn([first, later])}) as server:
        mailbox = mailbox_at(server)
        mailbox.connect()
        mailbox.select()
        mailbox.close()
        mailbox.connect()
        with pytest.raises(TransientError, match="numbered anew"):
            mailbox.uids()
        mailbox.connect()
        selected = mailbox.select()

        assert (selected.uidvalidity, mailbox.uids()) == (8, [1, 2])
        mailbox.close()


def test_pauses_grow_from_a_second_to_five_minutes() -> None:
    pauses = [backoff(failures) for failures in (0, 1, 2, 3, 9, 10, 1_000_000)]

    assert pauses == [1, 1, 2, 4, 256, 300, 300]
