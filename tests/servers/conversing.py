"""What an IMAP server answers to one client (RFC 9051, and RFC 3501 where it differs).

Answers contain the word TAG in the place of the command's tag.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.servers.account import (
    NO_SELECT,
    Account,
    Box,
    Mail,
    internal_date,
)

ALL_CAPABILITIES = "IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS NAMESPACE SPECIAL-USE"
OK = b"TAG OK done\r\n"
BAD = b"TAG BAD what?\r\n"
NO_FOLDER = b"TAG NO [NONEXISTENT] there is no such folder\r\n"
NO_PERMISSION = b"TAG NO [NOPERM] you may not\r\n"
IS_FULL = b"TAG NO [OVERQUOTA] the mailbox is full\r\n"
READ_ONLY = b"TAG NO [READ-ONLY] the folder is open for reading\r\n"

_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|([^\s()]+)')
_PARTIAL = re.compile(rb"BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a client did to mails."""

    command: str
    folder: str
    octets: bytes
    """Of the mail that was changed."""


@dataclass
class Conversation:
    """One client's; `changes` is shared by all of a server."""

    account: Account
    changes: list[Change]
    capabilities: str = ALL_CAPABILITIES
    move_answer: bytes | None = None
    """What MOVE is answered with in the end, where a server has its own mind."""
    folder: str | None = None
    is_writable: bool = False
    is_logged_in: bool = False
    _said_exists: int = field(default=0, init=False)

    def greeting(self) -> bytes:
        return f"* OK [CAPABILITY {self.capabilities}] ready\r\n".encode()

    def answer(self, command: str, line: bytes) -> bytes:
        """Carry a command out, and return what is said to it."""
        answers: Mapping[str, Callable[[list[bytes]], bytes]] = {
            "CAPABILITY": lambda _: self._capability(),
            "AUTHENTICATE": lambda _: b"+ \r\n",
            "credentials": lambda _: self._log_in(line),
            "NAMESPACE": lambda _: b'* NAMESPACE (("" "/")) NIL NIL\r\n' + OK,
            "LIST": self._list,
            "STATUS": self._status,
            "EXAMINE": lambda words: self._open(words, writable=False),
            "SELECT": lambda words: self._open(words, writable=True),
            "CREATE": self._create,
            "SUBSCRIBE": lambda _: OK,
            "NOOP": lambda _: self._news() + OK,
            "UID SEARCH": self._search,
            "UID FETCH": lambda words: self._fetch(words, line),
            "UID MOVE": self._move,
            "UID COPY": self._copy,
            "UID STORE": self._store,
            "UID EXPUNGE": lambda words: self._expunge(_uids(words[0])),
            "EXPUNGE": lambda _: self._expunge(None),
            "IDLE": lambda _: self._news() + b"+ idling\r\n",
            "DONE": lambda _: OK,
            "LOGOUT": lambda _: b"* BYE\r\n" + OK,
        }
        if command not in answers:
            return BAD
        with self.account.lock:
            return answers[command](_arguments(command, line))

    @property
    def box(self) -> Box | None:
        """The folder that is open; None where there is none any more."""
        return self.account.boxes.get(self.folder or "")

    def exists(self) -> bytes:
        """Tell how many mails are in the folder that is open."""
        self._said_exists = len(self.box.mails) if self.box else 0
        return b"* %d EXISTS\r\n" % self._said_exists

    def _news(self) -> bytes:
        box = self.box
        is_new = box is not None and len(box.mails) != self._said_exists
        return self.exists() if is_new else b""

    def _capability(self) -> bytes:
        return f"* CAPABILITY {self.capabilities}\r\n".encode() + OK

    def _log_in(self, line: bytes) -> bytes:
        wanted = f"\0{self.account.user}\0{self.account.password}"
        try:
            said = base64.b64decode(line.strip()).decode()
        except ValueError:
            return BAD
        self.is_logged_in = said == wanted
        if self.is_logged_in:
            return f"TAG OK [CAPABILITY {self.capabilities}] welcome\r\n".encode()
        return b"TAG NO [AUTHENTICATIONFAILED] no\r\n"

    def _list(self, words: list[bytes]) -> bytes:
        pattern = words[1].decode() if len(words) > 1 else ""
        if not pattern:
            return b'* LIST (\\Noselect) "/" ""\r\n' + OK
        found = [
            f'* LIST ({" ".join(sorted(box.attributes))}) "/" "{name}"\r\n'.encode()
            for name, box in self.account.boxes.items()
            if pattern in ("*", name)
        ]
        return b"".join(found) + OK

    def _usable(self, name: bytes) -> Box | bytes:
        """Return a folder, or what is said where it cannot be used."""
        box = self.account.boxes.get(name.decode())
        if box is None or NO_SELECT in box.attributes:
            return NO_FOLDER
        return NO_PERMISSION if box.is_forbidden else box

    def _status(self, words: list[bytes]) -> bytes:
        box = self._usable(words[0])
        if isinstance(box, bytes):
            return box
        return (
            b'* STATUS "%b" (UIDVALIDITY %d UIDNEXT %d MESSAGES %d)\r\n'
            % (words[0], box.uidvalidity, box.uidnext, len(box.mails))
            + OK
        )

    def _open(self, words: list[bytes], *, writable: bool) -> bytes:
        self.folder, self.is_writable = None, False
        box = self._usable(words[0])
        if isinstance(box, bytes):
            return box
        self.folder = words[0].decode()
        self.is_writable = writable and not box.is_read_only
        return (
            self.exists()
            + b"* FLAGS (\\Seen \\Deleted)\r\n"
            + b"* OK [UIDVALIDITY %d] x\r\n" % box.uidvalidity
            + b"* OK [UIDNEXT %d] x\r\n" % box.uidnext
            + b"TAG OK [READ-%b] open\r\n" % (b"WRITE" if self.is_writable else b"ONLY")
        )

    def _create(self, words: list[bytes]) -> bytes:
        if words[0].decode() in self.account.boxes:
            return b"TAG NO [ALREADYEXISTS] it is there\r\n"
        self.account.make(words[0].decode())
        return OK

    def _search(self, words: list[bytes]) -> bytes:
        box = self.box
        if box is None:
            return NO_FOLDER
        news = self._news()
        found = [mail.uid for mail in box.mails if _is_meant(mail, words, box)]
        said = b"".join(b" %d" % uid for uid in found)
        return news + b"* SEARCH" + said + b"\r\n" + OK

    def _fetch(self, words: list[bytes], line: bytes) -> bytes:
        box = self.box
        if box is None:
            return NO_FOLDER
        wanted = set(_uids(words[0], box))
        pieces = [
            b"* %d FETCH (%b)\r\n" % (number, self._items(mail, line))
            for number, mail in enumerate(box.mails, start=1)
            if mail.uid in wanted
        ]
        return self._news() + b"".join(pieces) + OK

    def _items(self, mail: Mail, line: bytes) -> bytes:
        said = [b"UID %d" % mail.uid]
        if b"RFC822.SIZE" in line:
            said.append(b"RFC822.SIZE %d" % len(mail.octets))
        if b"INTERNALDATE" in line:
            said.append(b'INTERNALDATE "%b"' % internal_date(mail.received_at))
        if b"BODYSTRUCTURE" in line and mail.parts is not None:
            said.append(b"BODYSTRUCTURE %b" % mail.parts.structure)
        for peek, section, start, most in _PARTIAL.findall(line):
            octets = _section(mail, section.decode())
            origin = b"<%b>" % start if start else b""
            if start:
                octets = octets[int(start) : int(start) + int(most)]
            if not peek:
                self._change("UID FETCH", mail)
            said.append(b"BODY[%b]%b %b" % (section, origin, literal(octets)))
        return b" ".join(said)

    def _move(self, words: list[bytes]) -> bytes:
        if "MOVE" not in self.capabilities.split():
            return BAD
        said = self._put("UID MOVE", words)
        if isinstance(said, bytes):
            return said
        codes, uids = said
        gone = self._remove(uids)
        return codes + gone + (self.move_answer or OK)

    def _copy(self, words: list[bytes]) -> bytes:
        said = self._put("UID COPY", words)
        if isinstance(said, bytes):
            return said
        return said[0].replace(b"* OK", b"TAG OK") or OK

    def _put(self, command: str, words: list[bytes]) -> tuple[bytes, list[int]] | bytes:
        """Copy mails into a folder; return what is said of it and their UIDs."""
        box, target = self.box, self._usable(words[1])
        if box is None:
            return NO_FOLDER
        if isinstance(target, bytes):
            is_missing = words[1].decode() not in self.account.boxes
            return b"TAG NO [TRYCREATE] no such folder\r\n" if is_missing else target
        if target.is_full:
            return IS_FULL
        if not self.is_writable and command != "UID COPY":
            return READ_ONLY
        mails = box.numbered(_uids(words[0], box))
        for mail in mails:
            self._change(command, mail)
        new = [
            target.add(Mail(m.octets, m.received_at, set(m.flags), m.parts))
            for m in mails
        ]
        uids = [mail.uid for mail in mails]
        if not uids:
            return b"", []
        code = b"* OK [COPYUID %d %b %b] moved\r\n"
        return code % (target.uidvalidity, _set(uids), _set(new)), uids

    def _store(self, words: list[bytes]) -> bytes:
        box = self.box
        if box is None:
            return NO_FOLDER
        if not self.is_writable:
            return READ_ONLY
        for mail in box.numbered(_uids(words[0], box)):
            self._change("UID STORE", mail)
            mail.flags.update(word.decode() for word in words[2:])
        return OK

    def _expunge(self, uids: list[int] | None) -> bytes:
        box = self.box
        if box is None:
            return NO_FOLDER
        if not self.is_writable:
            return READ_ONLY
        marked = [
            mail
            for mail in box.mails
            if "\\Deleted" in mail.flags and (uids is None or mail.uid in uids)
        ]
        for mail in marked:
            self._change("EXPUNGE" if uids is None else "UID EXPUNGE", mail)
        return self._remove([mail.uid for mail in marked]) + OK

    def _remove(self, uids: list[int]) -> bytes:
        box = self.box
        assert box is not None
        said = []
        for number in range(len(box.mails), 0, -1):
            if box.mails[number - 1].uid in uids:
                del box.mails[number - 1]
                said.append(b"* %d EXPUNGE\r\n" % number)
        self._said_exists = len(box.mails)
        return b"".join(said)

    def _change(self, command: str, mail: Mail) -> None:
        self.changes.append(Change(command, self.folder or "", mail.octets))


def literal(octets: bytes) -> bytes:
    """Write octets as a literal."""
    return b"{%d}\r\n%b" % (len(octets), octets)


def _arguments(command: str, line: bytes) -> list[bytes]:
    """Return the words after the command's own."""
    words = [quoted or bare for quoted, bare in _WORD.findall(line)]
    if command == "LIST":
        # An empty reference is a word as well.
        found = re.findall(rb'"([^"]*)"|(\S+)', line.split(b"LIST", 1)[1])
        return [quoted or bare for quoted, bare in found]
    return words[1 + len(command.split()) :]


def _uids(words: bytes, box: Box | None = None) -> list[int]:
    """Return the UIDs of a set; of those of a folder none behind its last, or `*`."""
    last = box.mails[-1].uid if box is not None and box.mails else 0
    found: list[int] = []
    for each in words.split(b","):
        first, _, end = each.partition(b":")
        ends = [last if end == b"*" else int(end or first), int(first)]
        most = max(ends) if box is None else min(max(ends), last)
        found += range(min(ends), most + 1)
    return found


def _set(uids: list[int]) -> bytes:
    return b",".join(b"%d" % uid for uid in uids)


def _is_meant(mail: Mail, words: list[bytes], box: Box) -> bool:
    """Whether a mail is found by a search of the kinds that the program makes."""
    criteria = iter(words)
    return all(_fits(mail, key, criteria, box) for key in criteria)


def _fits(mail: Mail, key: bytes, rest: Iterator[bytes], box: Box) -> bool:
    match key.upper():
        case b"UID":
            return mail.uid in _uids(next(rest), box)
        case b"HEADER":
            return b"%b: %b\r\n" % (next(rest), next(rest)) in mail.header
        case b"SINCE":
            day = datetime.strptime(next(rest).decode(), "%d-%b-%Y").replace(tzinfo=UTC)
            return mail.received_at >= day - timedelta(days=1)
        case _:
            return True


def _section(mail: Mail, section: str) -> bytes:
    if section == "HEADER":
        return mail.header
    if section and mail.parts is not None:
        return mail.parts.sections.get(section, b"")
    return mail.octets
