"""The mailbox, looked at over a connection of its own; nothing in it is changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.doctor.capabilities import can_file, judge_capabilities
from triage.doctor.entry import about_clock, about_refusal, missing_secret
from triage.doctor.expiry import judge_certificate
from triage.doctor.finding import TRY_AGAIN, Finding, failed, note, ok, warning
from triage.doctor.host import judge_drift
from triage.errors import ConfigError, TransientError
from triage.mailbox import (
    Account,
    ImapMailbox,
    LoginRefusedError,
    Selected,
    UntrustedServerError,
)

LOGIN, FOLDERS, NUMBERS = "imap.login", "imap.folders", "imap.uidvalidity"
RIGHTS = "imap.rights"
TABLE = "[mailbox]"
_ADD, _ADD_NAMED = "i", "insert (i)"
_TAKE_AWAY = {"t": "delete (t)", "e": "expunge (e)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an installation asks of its mailbox."""

    files: bool
    poll_seconds: int
    filed_in: Sequence[str]
    """Folders that the rules file mail in."""
    sent_folders: Sequence[str] | None
    """Where answers are noticed; None: the folder that the server marks."""
    witnessed_in: str | None
    """Where the server keeps a copy of each letter; None: it is not asked for one."""
    known: int | None
    """UIDVALIDITY at the last pass; None: there was none."""


def examine_mailbox(
    mailbox: ImapMailbox, wanted: Wanted, now: datetime
) -> Iterator[Finding]:
    """Log in and look; what breaks on the way ends it with a finding."""
    account = mailbox.account
    missing = missing_secret(LOGIN, account.password, account.tokens, TABLE)
    if missing is not None:
        yield missing
        return
    try:
        mailbox.connect()
    except (TransientError, ConfigError) as error:
        yield failed(LOGIN, str(error), _about_login(error, account, now))
        return
    yield ok(LOGIN, f'{account} lets "{account.user}" in')
    try:
        yield from _examine(mailbox, wanted, now)
    except (TransientError, ConfigError) as error:
        yield failed("imap.connection", str(error), TRY_AGAIN)
    finally:
        mailbox.close()


def _about_login(error: Exception, account: Account, now: datetime) -> str:
    if isinstance(error, LoginRefusedError):
        return about_refusal(TABLE, account.tokens)
    if isinstance(error, UntrustedServerError):
        return about_clock(str(error), now) or (
            "set host, port and security in [mailbox] right; name an authority of your"
            " own in ca_file. No password was sent"
        )
    return "set host and port in [mailbox] right, and see that this machine gets there"


def _examine(mailbox: ImapMailbox, wanted: Wanted, now: datetime) -> Iterator[Finding]:
    if mailbox.certificate is not None:
        yield judge_certificate("imap.certificate", mailbox.certificate, now)
    offered = mailbox.capabilities()
    yield from judge_capabilities(
        offered, files=wanted.files, poll_seconds=wanted.poll_seconds
    )
    folder = mailbox.account.folder
    if folder not in mailbox.standing([folder]):
        yield failed(
            "imap.folder",
            f'there is no folder "{folder}", or our user may not see it',
            "name one that is there in folder of [mailbox]; most often it is INBOX",
        )
        return
    first, second = mailbox.select(), mailbox.select()
    yield judge_numbers(first.uidvalidity, second.uidvalidity, wanted.known)
    if wanted.files and can_file(offered):
        yield _writing(mailbox)
        yield from _folders(mailbox, wanted.filed_in)
    yield _answers(mailbox, wanted.sent_folders)
    if wanted.witnessed_in is not None:
        yield _witness(mailbox, wanted.witnessed_in)
    yield from _newest(mailbox, second, now)


def judge_numbers(first: int, second: int, known: int | None) -> Finding:
    """Judge a folder's UIDVALIDITY at two openings and at the last pass."""
    if first != second:
        return failed(
            NUMBERS,
            "the server numbers the folder anew at each opening (UIDVALIDITY)",
            "use another server: no mail can be told from another by its number",
        )
    if known is not None and first != known:
        return warning(
            NUMBERS,
            "the folder has been numbered anew since the last pass (UIDVALIDITY)",
            "nothing, if it was restored or moved: mails are known again by their"
            " bytes. If it happens often, ask who runs the server",
        )
    return ok(NUMBERS, "the folder's numbers are steady (UIDVALIDITY)")


def _writing(mailbox: ImapMailbox) -> Finding:
    folder = mailbox.account.folder
    try:
        mailbox.check_filing()
    except ConfigError as error:
        return failed(RIGHTS, str(error), "ask who runs the server")
    return judge_rights(folder, mailbox.rights(folder))


def judge_rights(folder: str, rights: str | None) -> Finding:
    """Judge our rights where mail is taken out; None: the server does not tell."""
    if rights is None:
        return ok(RIGHTS, f"{folder} may be written")
    missing = [name for right, name in _TAKE_AWAY.items() if right not in rights]
    # RFC 2086 had one right for both.
    if missing and "d" not in rights:
        return failed(
            RIGHTS,
            f"our user lacks rights in {folder}: {', '.join(missing)}",
            "ask who runs the server for them, or set file = false in [mailbox]",
        )
    return ok(RIGHTS, f"{folder} may be written, and mail taken out of it")


def _folders(mailbox: ImapMailbox, folders: Sequence[str]) -> Iterator[Finding]:
    there = mailbox.standing(folders)
    missing = [each for each in folders if each not in there]
    closed = [each for each in there if _ADD not in (mailbox.rights(each) or _ADD)]
    if closed:
        yield failed(
            FOLDERS,
            f"our user may not file in {', '.join(closed)}: it lacks {_ADD_NAMED}",
            "ask who runs the server for that right",
        )
    if missing:
        yield note(
            FOLDERS,
            f"not there yet, and made when first needed: {', '.join(missing)}",
        )
    if not closed and not missing:
        yield ok(FOLDERS, f"all {len(there)} folders of the rules are there")


def _answers(mailbox: ImapMailbox, named: Sequence[str] | None) -> Finding:
    """Say where people's answers are noticed."""
    check = "imap.sent"
    marked = mailbox.sent_folder() if named is None else None
    folders = named if named is not None else [marked] if marked else []
    if named is None and marked is None:
        return warning(
            check,
            "no folder is marked as sent mail (SPECIAL-USE): answers are not noticed",
            "name yours in sent_folders of [mailbox]",
        )
    there = mailbox.standing(folders)
    missing = [each for each in folders if each not in there]
    if missing:
        return warning(
            check,
            f"answers are looked for where there is no folder: {', '.join(missing)}",
            "name the right ones in sent_folders of [mailbox]",
        )
    if not folders:
        return note(check, "sent_folders is empty: answers are not noticed")
    return ok(check, f"answers are noticed in {', '.join(folders)}")


def _witness(mailbox: ImapMailbox, folder: str) -> Finding:
    check = "imap.witness"
    if folder in mailbox.standing([folder]):
        return ok(check, f"copies of our letters are looked for in {folder}")
    marked = mailbox.sent_folder()
    right = f"the server marks {marked}" if marked else "name the one that is there"
    return failed(
        check,
        f'there is no folder "{folder}": no letter of doubt could be looked for there',
        f"set sent_folder of [submission] right ({right}), or another witness",
    )


def _newest(
    mailbox: ImapMailbox, selected: Selected, now: datetime
) -> Iterator[Finding]:
    if not selected.exists:
        return
    mailbox.select()
    for listed in mailbox.peek(mailbox.uids()[-1:]):
        yield judge_drift(listed.received_at, now)
