"""What happens to an account while the program works in it, and what a server forgets.

Numbers are changed where a folder is opened, or with the end of the connection: no
server may do it under a client's hands (RFC 9051 §2.3.1.1).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.account import ARCHIVE, ELSEWHERE, NO_SELECT, Account, Box
from tests.servers.hostile import Moment, Step
from tests.servers.scripted import Answer, HangUp, Say
from tests.torture.imap.faults import Fault

AWAY = "Away/"
THIS_CASE = 5
"""The last so many mails of the inbox are those of the case."""
LAST_LONG = 3
"""So often in a row a folder is not as it should be, before it is mended."""

_OPENING = ("EXAMINE", "SELECT")


def opens(step: Step) -> bool:
    return step.command in _OPENING


def tells_numbers(step: Step) -> bool:
    return step.command in (*_OPENING, "STATUS")


def names_folder(step: Step) -> bool:
    return bool(step.folder) and step.folder != "*"


@dataclass(frozen=True, slots=True)
class _Acting:
    """Something happens to the folder of a step, then the step is taken."""

    act: Callable[[Account, str], None]
    closes: bool = False

    def __call__(self, moment: Moment) -> Answer | None:
        with moment.account.lock:
            if moment.step.folder not in moment.account.boxes:
                return None
            self.act(moment.account, moment.step.folder)
        if self.closes and not opens(moment.step):
            return [HangUp()]
        return [Say(moment.perform())]


def _number_anew(account: Account, folder: str) -> None:
    account.boxes[folder].number_anew(account.new_uidvalidity())


class _ThereAndBack:
    """Numbered anew, and at the next opening as before."""

    def __init__(self) -> None:
        self._is_anew = False

    def __call__(self, account: Account, folder: str) -> None:
        box = account.boxes[folder]
        self._is_anew = not self._is_anew
        if self._is_anew:
            box.number_anew(account.new_uidvalidity())
        else:
            box.number_as_before()


def _saying(name: str, words: bytes, instead: bytes) -> Fault:
    """A number is said wrongly, once."""

    def spring(moment: Moment) -> Answer | None:
        said = moment.perform()
        changed = re.sub(words, instead, said)
        return None if changed == said else [Say(changed)]

    return Fault(name, spring, tells_numbers, renumbers=True)


RENUMBERED = (
    Fault(
        "numbered anew",
        _Acting(_number_anew, closes=True),
        renumbers=True,
    ),
    Fault(
        "numbered anew and back again",
        _Acting(_ThereAndBack(), closes=True),
        lambda step: opens(step) and step.folder == "INBOX",
        times=2,
        renumbers=True,
    ),
    _saying("UIDNEXT is 1", rb"UIDNEXT \d+", b"UIDNEXT 1"),
    _saying("UIDNEXT is gone", rb"\* OK \[UIDNEXT \d+\] x\r\n|UIDNEXT \d+ ", b""),
    _saying("UIDNEXT is huge", rb"UIDNEXT \d+", b"UIDNEXT 4294967295"),
    _saying("UIDVALIDITY is 0", rb"UIDVALIDITY \d+", b"UIDVALIDITY 0"),
    _saying("UIDVALIDITY is gone", rb"\* OK \[UIDVALIDITY \d+\] x\r\n", b""),
    _saying("UIDVALIDITY is another, once", rb"UIDVALIDITY \d+", b"UIDVALIDITY 9"),
    _saying("EXISTS is 0", rb"\* \d+ EXISTS", b"* 0 EXISTS"),
)


def _changed(name: str, change: Callable[[Box], None]) -> Fault:
    """The folder is not as it should be for a while."""

    def act(account: Account, folder: str) -> None:
        change(account.boxes[folder])

    return Fault(name, _Acting(act), names_folder, times=LAST_LONG, undo=_mended)


def _mended(account: Account) -> None:
    """Put every folder right that people or the server had spoilt."""
    with account.lock:
        for box in account.boxes.values():
            box.is_read_only = box.is_full = box.is_forbidden = False
            box.attributes -= {NO_SELECT}


def _spoil(**wrong: bool) -> Callable[[Box], None]:
    def change(box: Box) -> None:
        for name, value in wrong.items():
            setattr(box, name, value)

    return change


def _close(box: Box) -> None:
    box.attributes |= {NO_SELECT}


def _rename(account: Account, folder: str) -> None:
    account.rename(folder, AWAY + folder)


def _rename_for_good(account: Account, folder: str) -> None:
    account.rename(folder, "Old " + folder)


def _replace_with_empty(account: Account, folder: str) -> None:
    account.rename(folder, AWAY + folder)
    account.make(folder)


def _bring_back(account: Account) -> None:
    """Give folders their names again, with what came into those in their place."""
    with account.lock:
        for name in [name for name in account.boxes if name.startswith(AWAY)]:
            box = account.boxes.pop(name)
            instead = account.boxes.get(name.removeprefix(AWAY))
            account.boxes[name.removeprefix(AWAY)] = box
            for mail in instead.mails if instead is not None else ():
                box.add(mail)


def _remove_and_make(account: Account, folder: str) -> None:
    """Remove a folder and make it again, with the same mails under new numbers."""
    old = account.boxes.pop(folder)
    new = account.make(folder, old.attributes)
    for mail in old.mails:
        new.add(mail)


FOLDERS = (
    _changed("it may only be read", _spoil(is_read_only=True)),
    _changed("nobody may use it", _spoil(is_forbidden=True)),
    _changed("it is full", _spoil(is_full=True)),
    _changed("it can only have folders in it", _close),
    Fault(
        "it is renamed, and is back later",
        _Acting(_rename),
        lambda step: step.folder in ("INBOX", "Sent"),
        undo=_bring_back,
    ),
    Fault(
        "it is renamed for good",
        _Acting(_rename_for_good),
        lambda step: step.folder.startswith("Complaints/"),
    ),
    Fault(
        "it is renamed, and an empty one is in its place",
        _Acting(_replace_with_empty),
        names_folder,
        undo=_bring_back,
        renumbers=True,
    ),
    Fault(
        "it is removed and made anew", _Acting(_remove_and_make), opens, renumbers=True
    ),
)


_BEFORE = ("SELECT", "EXAMINE", "UID SEARCH", "FETCH header", "FETCH body")
"""A mail that goes at the first of these was not taken up."""


def _on_case(
    name: str, act: Callable[[Account, Box], None], commands: tuple[str, ...] = ()
) -> Fault:
    """Somebody does something to the mails of the case, at a step in the inbox."""

    def can_strike(step: Step) -> bool:
        return step.folder == "INBOX" and step.command in (commands or step.command)

    def happen(account: Account, folder: str) -> None:
        act(account, account.boxes[folder])

    return Fault(name, _Acting(happen), can_strike)


def _take_to(place: str) -> Callable[[Account, Box], None]:
    def act(account: Account, box: Box) -> None:
        for mail in box.mails[-THIS_CASE:][:1]:
            account.carry(mail.octets, "INBOX", place)

    return act


def _mark(flag: str) -> Callable[[Account, Box], None]:
    def act(_: Account, box: Box) -> None:
        for mail in box.mails[-THIS_CASE:]:
            mail.flags.add(flag)

    return act


OTHERS_ACT = (
    _on_case("a mail is taken away before it is read", _take_to(ELSEWHERE), _BEFORE),
    _on_case(
        "a mail is taken away before it is filed", _take_to(ARCHIVE), ("UID MOVE",)
    ),
    _on_case("somebody marks all as read", _mark("\\Seen")),
    _on_case("somebody marks all as deleted", _mark("\\Deleted")),
)
