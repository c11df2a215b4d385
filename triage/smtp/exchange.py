"""One letter over a ready connection: MAIL, RCPT, DATA, the body and the dot."""

import re
import smtplib
from collections.abc import Callable

from triage.smtp.outcome import (
    Accepted,
    Concern,
    Envelope,
    Outcome,
    Refused,
    TryLater,
    Unknown,
)
from triage.smtp.replies import Kind, NotTakenError, Said, negative, said, server_failed
from triage.smtp.server import Limits
from triage.smtp.watch import Watch
from triage.smtp.wire import Wire

MOST_LINE_OCTETS = 998
LOG_IN_FIRST = 530
"""RFC 4954 §6, RFC 3207 §4: the server's policy, which no letter can help."""
_UNFIT_FOR_A_PATH = re.compile(r"[^!-~]|[<>]")
_UNFIT_FOR_DATA = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)


def why_unfit(envelope: Envelope, data: bytes) -> str | None:
    """Say why a letter cannot be put on the wire as it is; None where it can.

    A bare CR or LF could end the letter early for a server that is lax about line ends,
    and begin another one (SMTP smuggling, CVE-2023-51764).
    """
    paths = [envelope.sender, envelope.recipient, envelope.copy or ""]
    if not envelope.recipient or any(map(_UNFIT_FOR_A_PATH.search, paths)):
        return "an address cannot be written in ASCII on an SMTP command line"
    if not data.endswith(b"\r\n") or _UNFIT_FOR_DATA.search(data):
        return "the letter has line ends other than CRLF, or a NUL"
    if max(map(len, data.split(b"\r\n"))) > MOST_LINE_OCTETS:
        return f"the letter has a line of more than {MOST_LINE_OCTETS} octets"
    if not data.isascii():
        return "the letter is not ASCII"
    return None


class Exchange:
    """The submission of one letter; used once."""

    def __init__(self, wire: Wire, watch: Watch, limits: Limits) -> None:
        self._wire = wire
        self._watch = watch
        self._limits = limits

    def run(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        """Submit a letter that is fit for it."""
        try:
            is_copied = self._open(envelope, len(data))
            self._wire.send(_FIRST_DOT.sub(b"..", data))
            before_final_dot()
            self._refuse_early_answer()
        except NotTakenError as end:
            return end.outcome
        except (OSError, smtplib.SMTPException) as error:
            concern = Concern.LETTER if self._watch.cut is None else Concern.SERVER
            return TryLater(
                None, None, self._why("before the final dot", error), concern
            )
        return self._end(is_copied=is_copied)

    def rehearse(self, envelope: Envelope) -> TryLater | Refused | None:
        """Say everything up to DATA, then take it back; return what is in the way."""
        try:
            self._address(envelope, 0)
            self._ask("RSET", Concern.SERVER)
        except NotTakenError as end:
            return end.outcome
        except (OSError, smtplib.SMTPException) as error:
            return TryLater(None, None, self._why("before DATA", error), Concern.SERVER)
        return None

    def _open(self, envelope: Envelope, size: int) -> bool:
        """Say everything up to the body; return whether the copy was accepted too."""
        self._address(envelope, size)
        is_copied = envelope.copy is not None and self._takes_copy(envelope.copy)
        self._ask("DATA", Concern.LETTER, hoped_for=Kind.GO_ON)
        return is_copied

    def _address(self, envelope: Envelope, size: int) -> None:
        # 5xx to MAIL is mostly about our own address: every letter would suffer it.
        self._ask(f"MAIL FROM:<{envelope.sender}>{self._size(size)}", Concern.SERVER)
        self._ask(f"RCPT TO:<{envelope.recipient}>{self._notify()}", Concern.LETTER)

    def _ask(
        self, command: str, if_never: Concern, hoped_for: Kind = Kind.DONE
    ) -> None:
        answer = said(*self._wire.docmd(command))
        if answer.code == LOG_IN_FIRST:
            raise _login_wanted(answer)
        if answer.kind != hoped_for:
            concern = if_never if answer.kind == Kind.NEVER else Concern.LETTER
            raise NotTakenError(negative(answer, concern))

    def _takes_copy(self, address: str) -> bool:
        answer = said(*self._wire.docmd(f"RCPT TO:<{address}>{self._notify()}"))
        return answer.kind == Kind.DONE

    def _size(self, size: int) -> str:
        """RFC 1870 §6."""
        return f" SIZE={size}" if self._wire.has_extn("size") else ""

    def _notify(self) -> str:
        """RFC 3461 §4.1: nobody is to be told of an automatic letter that failed."""
        return " NOTIFY=NEVER" if self._wire.has_extn("dsn") else ""

    def _refuse_early_answer(self) -> None:
        """Look once more: who hung up or complained before the dot took nothing."""
        if self._wire.has_spoken():
            answer = said(*self._wire.getreply())
            if answer.kind in {Kind.NOT_NOW, Kind.NEVER}:
                raise NotTakenError(negative(answer, Concern.LETTER))
            raise server_failed("the server answered before the letter ended")

    def _end(self, *, is_copied: bool) -> Outcome:
        """Write the dot. From here on only a reply that was read says anything."""
        self._watch.allow(self._limits.after_dot, self._limits.after_stop)
        try:
            self._wire.send(b".\r\n")
            answer = said(*self._wire.getreply())
        except (OSError, smtplib.SMTPException) as error:
            return Unknown(None, None, self._why("after the final dot", error))
        return _outcome(answer, is_copied=is_copied)

    def _why(self, where: str, error: Exception) -> str:
        why = self._watch.cut or getattr(error, "strerror", None) or str(error)
        return f"the connection was lost {where} ({why})"


def _login_wanted(answer: Said) -> NotTakenError:
    """Return the end without the server's words, which may name the recipient."""
    code = f"{answer.code} {answer.enhanced or ''}".rstrip()
    text = f"the server wants a login or encryption first ({code}): check submission"
    return NotTakenError(TryLater(answer.code, answer.enhanced, text, Concern.LOGIN))


def _outcome(answer: Said, *, is_copied: bool) -> Outcome:
    if answer.kind == Kind.DONE:
        return Accepted(answer.code, answer.enhanced, answer.text, is_copied)
    if answer.kind in {Kind.NOT_NOW, Kind.NEVER}:
        return negative(answer, Concern.LETTER)
    return Unknown(answer.code, answer.enhanced, answer.text)
