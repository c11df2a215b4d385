"""Parsing and matching in a process that can be killed.

What strangers send is read in a child process with limits on memory and time. A
message that exhausts it is reported as unreadable, the child is replaced, and the
messages after it go on. The child has no state: to kill it loses nothing.
"""

import atexit
import contextlib
import fcntl
import logging
import os
import pickle
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import FrameType, TracebackType
from typing import Protocol, Self

from triage.decision import fingerprint
from triage.errors import ConfigError, Problem, TransientError
from triage.message import Fetched, Message, parse
from triage.ruleset import Evidence, Ruleset, compile_ruleset, find_evidence

log = logging.getLogger(__name__)

_PIPE_OCTETS = 1024 * 1024
_NOT_COMPILED = "the reader does not start: compiling the rules ended unexpectedly ({})"
_IGNORED = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
"""Signals that a terminal or a supervisor sends to the daemon's whole group."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A message that was read, and what the rules see in it."""

    uid: int
    message: Message
    evidence: Evidence
    fingerprint: bytes = b""
    """Of the writer's own text (triage.decision.fingerprint)."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that could not be read; `why` says nothing of what it contains."""

    uid: int
    why: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading may cost."""

    seconds: float = 10.0
    """Of wall clock, for one message."""
    memory: int = 768 * 1024 * 1024
    """Address space of the child, in octets."""
    messages_ahead: int = 64
    octets_ahead: int = 16 * 1024 * 1024
    """What may wait for the child while the caller records."""
    start_seconds: float = 120.0


DEFAULT_LIMITS = Limits()


class Parse(Protocol):
    """Reads one message (see triage.message.parse)."""

    def __call__(
        self, raw: bytes, /, *, size: int | None = None, is_whole: bool = True
    ) -> Message: ...


def read_here(ruleset: Ruleset, fetched: Fetched, parse: Parse = parse) -> Reading:
    """Read a message in this process, without limits."""
    message = parse(fetched.raw, size=fetched.size, is_whole=fetched.is_whole)
    evidence = find_evidence(ruleset, message)
    return Reading(fetched.uid, message, evidence, fingerprint(message.text))


Check = Callable[[Ruleset], tuple[Problem, ...]]
"""Finds what is wrong with rules that compile; it is sent to another process."""


class Reader:
    """Reads messages in their order, in a child process that is replaced when it dies.

    The child is started at once, so that it is ready when the first message comes. One
    thread reads; any may close.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        limits: Limits = DEFAULT_LIMITS,
        *,
        parse: Parse = parse,
        check: Check | None = None,
    ) -> None:
        """Start the child; it tells by `faults` what `check` finds in the rules."""
        pickled = None if check is None else pickle.dumps(check)
        self._job = _Job(dict(files), limits, parse, pickled)
        self._serial = 0
        self._is_closed = False
        self._child: _Child | None = _Child(self._job)
        # The child ignores SIGTERM, by which multiprocessing would end it at exit.
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child at once, whatever it is reading."""
        self._is_closed = True
        atexit.unregister(self.close)
        if self._child is not None:
            self._child.kill()
            self._child = None

    def rules(self) -> Ruleset:
        """Wait until the child can read; return what to decide by on what it finds.

        Raises ConfigError where the rules cannot be compiled, TransientError where the
        child does not start.
        """
        return self._running().begun().rules

    def faults(self) -> tuple[Problem, ...]:
        """Wait likewise; return what was found in the rules that they compile with."""
        found = self._running().begun().faults
        # A child that takes the place of this one need not check again.
        self._job = replace(self._job, check=None)
        return found

    def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]:
        """Read messages; one answer for each, in their order.

        Messages are taken from `batch` ahead of their answers, so that the child works
        while the caller records. Raises TransientError where no child can be started.
        """
        source = iter(batch)
        waiting: deque[_Request] = deque()
        while True:
            self._send_ahead(source, waiting)
            if not waiting:
                return
            answer = self._answer(waiting)
            waiting.popleft()
            yield answer

    def _send_ahead(
        self, source: Iterator[Fetched], waiting: "deque[_Request]"
    ) -> None:
        limits = self._job.limits
        octets = sum(len(request.fetched.raw) for request in waiting)
        while len(waiting) < limits.messages_ahead and octets < limits.octets_ahead:
            fetched = next(source, None)
            if fetched is None:
                return
            self._serial += 1
            request = _Request(self._serial, fetched)
            self._running().send(request)
            waiting.append(request)
            octets += len(fetched.raw)

    def _answer(self, waiting: "deque[_Request]") -> Reading | Unreadable:
        """Wait for the answer to the first message that waits.

        The child may have died of something else than this message (an operator, the
        memory that all before it took), so that is tried twice; to exceed the time is
        the message's own doing.
        """
        first = waiting[0]
        has_died = False
        while True:
            try:
                return self._running().receive(first.serial)
            except _DeathError as death:
                log.warning("the reader is replaced: %s", death)
                self._forget_child()
                is_given_up = has_died or death.is_timeout
                has_died = True
                for request in list(waiting)[is_given_up:]:
                    self._running().send(request)
                if is_given_up:
                    return Unreadable(first.fetched.uid, str(death))
            except TransientError:
                self._forget_child()
                raise

    def _running(self) -> "_Child":
        if self._is_closed:
            raise TransientError("the reader is closed")
        if self._child is None:
            self._child = _Child(self._job)
        return self._child

    def _forget_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()


@dataclass(frozen=True, slots=True)
class _Job:
    files: dict[str, str]
    limits: Limits
    parse: Parse
    check: bytes | None
    """Pickled: to read it takes all the modules that it is made of."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """What the child says before it reads the first message."""

    rules: Ruleset
    faults: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    serial: int
    fetched: Fetched


@dataclass(frozen=True, slots=True)
class _Answer:
    serial: int
    answer: Reading | Unreadable


class _DeathError(Exception):
    """The child died while a message waited for its answer."""

    def __init__(self, why: str, *, is_timeout: bool = False) -> None:
        super().__init__(why)
        self.is_timeout = is_timeout


class _Child:
    """One child process; a thread feeds it, so that its parent never waits to send."""

    def __init__(self, job: _Job) -> None:
        self._limits = job.limits
        self._begun: _Begun | None = None
        self._outgoing: SimpleQueue[_Request | None] = SimpleQueue()
        # Not fork: the daemon has threads, whose locks a copy would hold for ever.
        context = get_context("spawn")
        their_requests, self._requests = context.Pipe(duplex=False)
        self._answers, their_answers = context.Pipe(duplex=False)
        _widen(self._requests)
        _widen(their_answers)
        self._process = context.Process(
            target=_serve,
            args=(their_requests, their_answers, job),
            name="triage-reader",
            daemon=True,
        )
        resource_tracker.ensure_running()  # which would lift the mask below
        # The child inherits the mask, and lifts it once it ignores the signals.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _IGNORED)
        try:
            self._process.start()
        except OSError as error:
            raise TransientError("the reader process cannot be started") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            their_requests.close()
            their_answers.close()
        self._feeder = threading.Thread(
            target=self._feed, name="triage-reader-feed", daemon=True
        )
        self._feeder.start()

    def send(self, request: _Request) -> None:
        self._outgoing.put(request)

    def receive(self, serial: int) -> Reading | Unreadable:
        """Wait for the answer to a request; older ones, nobody waits for any more."""
        self.begun()
        while True:
            # The child keeps to the time itself; this is for one that was stopped.
            data = self._received(2 * self._limits.seconds + 5)
            answered: _Answer = pickle.loads(data)  # noqa: S301 - from our own child
            if answered.serial == serial:
                return answered.answer

    def kill(self) -> None:
        self._outgoing.put(None)
        self._process.kill()
        self._process.join()
        # Its end is closed now, so nobody is left writing when ours is.
        self._feeder.join()
        self._requests.close()
        self._answers.close()

    def begun(self) -> _Begun:
        """Wait until it reads; raises ConfigError for its rules, TransientError."""
        if self._begun is not None:
            return self._begun
        try:
            data = self._received(self._limits.start_seconds)
        except _DeathError as death:
            raise TransientError(f"the reader does not start: {death}") from death
        # It has read nothing of strangers yet.
        said: _Begun | ConfigError | TransientError = pickle.loads(data)  # noqa: S301 - from our own child
        if isinstance(said, ConfigError | TransientError):
            raise said
        self._begun = said
        return said

    def _received(self, seconds: float) -> bytes:
        try:
            if self._answers.poll(seconds):
                return self._answers.recv_bytes()
        except (EOFError, OSError):
            self._process.join(self._limits.seconds)
            raise self._death(self._process.exitcode) from None
        raise _DeathError("the reader process is silent", is_timeout=True)

    def _death(self, status: int | None) -> _DeathError:
        if status == -signal.SIGALRM:
            limit = f"{self._limits.seconds:g} seconds"
            return _DeathError(f"reading it took more than {limit}", is_timeout=True)
        if status is not None and status < 0:
            name = signal.Signals(-status).name
            return _DeathError(f"the reader process was ended by {name}")
        return _DeathError(f"the reader process ended with status {status}")

    def _feed(self) -> None:
        while (request := self._outgoing.get()) is not None:
            try:
                self._requests.send_bytes(pickle.dumps(request))
            except OSError:
                return


def _widen(pipe: Connection) -> None:
    """Let a pipe hold all that is read ahead, so that the child never waits to send.

    While the caller records it takes no answers, and 64 KiB, or a pair of sockets, hold
    fewer of them than the child reads meanwhile.
    """
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_OCTETS)


def _serve(requests: Connection, answers: Connection, job: _Job) -> None:
    """Be the child: read what comes until the parent is gone."""
    for ignored in _IGNORED:
        signal.signal(ignored, signal.SIG_IGN)
    # Its default action ends the process even within native code that never returns.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_IGNORED, signal.SIGALRM})
    # Libraries would log what they cannot read, which is what strangers wrote.
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (job.limits.memory, job.limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ruleset, said = _compiled_apart(job, (requests, answers))
    try:
        answers.send_bytes(said)
        if ruleset is None:
            return
        while True:
            request: _Request = pickle.loads(requests.recv_bytes())  # noqa: S301 - from our own parent
            signal.setitimer(signal.ITIMER_REAL, job.limits.seconds)
            answer = _read(ruleset, request.fetched, job.parse)
            signal.setitimer(signal.ITIMER_REAL, 0)
            answers.send_bytes(pickle.dumps(_Answer(request.serial, answer)))
    except (EOFError, OSError):
        return


def _compiled_apart(
    job: _Job, ends: Iterable[Connection]
) -> tuple[Ruleset | None, bytes]:
    """Compile in a copy of this process: what that takes of memory ends with it.

    `ends` are this process's own, and none of the copy's. Returns what to find by,
    unless the rules do not compile, and what to tell.
    """
    told, telling = os.pipe()
    reader, pid = os.getpid(), os.fork()
    if pid == 0:
        # Else the copy would keep them open, and who waits at them would never hear
        # that the reader has ended.
        os.close(told)
        for end in ends:
            end.close()
        _end_with(reader)
        with os.fdopen(telling, "wb") as answer, contextlib.suppress(BaseException):
            pickle.dump(_compiled(job), answer)
        os._exit(0)
    os.close(telling)
    with os.fdopen(told, "rb") as answer:
        octets = answer.read()
    _, status = os.waitpid(pid, 0)
    if not octets or status:
        how = os.waitstatus_to_exitcode(status)
        return None, pickle.dumps(TransientError(_NOT_COMPILED.format(how)))
    compiled: tuple[Ruleset | None, bytes] = pickle.loads(octets)  # noqa: S301 - from our own child
    return compiled


def _end_with(reader: int) -> None:
    """End this copy soon after the process that it is a copy of."""

    def look(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != reader:
            os._exit(0)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1.0, 1.0)


def _compiled(job: _Job) -> tuple[Ruleset | None, bytes]:
    try:
        return _compiled_and_checked(job)
    except ConfigError as error:
        return None, pickle.dumps(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody is told of it
        how = f"an unexpected {type(error).__name__}"
        return None, pickle.dumps(TransientError(_NOT_COMPILED.format(how)))


def _compiled_and_checked(job: _Job) -> tuple[Ruleset, bytes]:
    ruleset = compile_ruleset(job.files)
    faults: tuple[Problem, ...] = ()
    if job.check is not None:
        check: Check = pickle.loads(job.check)  # noqa: S301 - from our own parent
        faults = check(ruleset)
    said = pickle.dumps(_Begun(ruleset.to_decide_by(), faults))
    return ruleset.to_find_by(), said


def _read(ruleset: Ruleset, fetched: Fetched, parse: Parse) -> Reading | Unreadable:
    try:
        return read_here(ruleset, fetched, parse)
    except Exception as error:  # noqa: BLE001 - one message must not end the child
        # The name only: the text of an error may quote the message.
        why = f"an unexpected {type(error).__name__} while it was read"
        return Unreadable(fetched.uid, why)
