"""Reading in a child process: in order, ahead, and whatever kills the child."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.reader.conftest import RULES
from tests.reader.faulty import obey
from triage.errors import ConfigError, Problem, TransientError
from triage.message import Fetched, parse
from triage.reader import Limits, Reader, Reading, Unreadable, read_here
from triage.ruleset import Ruleset, compile_ruleset

COMPLAINT = "the book came late to Ms Marlowe"


def fetched(uid: int, order: str = "", text: str = COMPLAINT) -> Fetched:
    raw = f"Subject: {uid}\r\nX-Order: {order}\r\n\r\n{text}\r\n".encode()
    return Fetched(uid, raw)


def child_of(reader: Reader) -> int:
    assert reader._child is not None
    pid = reader._child._process.pid
    assert pid is not None
    return pid


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_messages_are_read_and_matched_in_their_order(reader: Reader) -> None:
    batch = [fetched(uid) for uid in range(1, 200)]

    answers = list(reader.read(batch))

    assert [answer.uid for answer in answers] == list(range(1, 200))
    assert all(isinstance(answer, Reading) for answer in answers)


def test_the_child_sees_what_is_seen_here(reader: Reader) -> None:
    mail = fetched(7)

    (answer,) = reader.read([mail])

    assert answer == read_here(compile_ruleset(RULES), mail)
    assert isinstance(answer, Reading)
    assert answer.evidence.signals == {"late-book"}
    assert answer.message.headers.first("subject") == "7"


def test_what_is_known_of_an_abridged_message_is_handed_on(reader: Reader) -> None:
    raw = b"Content-Type: image/png\r\nX-Triage-Octets: 4000\r\n\r\n"

    (answer,) = reader.read([Fetched(1, raw, is_whole=False, size=5_000)])

    assert isinstance(answer, Reading)
    assert answer.message.size == 5_000
    assert answer.message.attachments[0].size == 4_000


def test_nothing_is_read_of_nothing(reader: Reader) -> None:
    assert list(reader.read([])) == []


@pytest.mark.parametrize("order", ["hang", "spin"])
def test_a_message_that_takes_too_long_alone_is_unreadable(
    hasty: Reader, order: str
) -> None:
    batch = [fetched(1), fetched(2, order), fetched(3), fetched(4)]

    answers = list(hasty.read(batch))

    assert [type(answer) for answer in answers] == [
        Reading,
        Unreadable,
        Reading,
        Reading,
    ]
    assert answers[1] == Unreadable(2, "reading it took more than 4 seconds")
    assert [answer.uid for answer in answers] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("allocate", "an unexpected MemoryError while it was read"),
        ("fail", "an unexpected ValueError while it was read"),
        ("die", "the reader process was ended by SIGKILL"),
        ("abort", "the reader process was ended by SIGABRT"),
        ("leave", "the reader process ended with status 3"),
    ],
)
def test_a_message_that_breaks_the_child_alone_is_unreadable(
    reader: Reader, order: str, why: str
) -> None:
    answers = list(reader.read([fetched(1), fetched(2, order), fetched(3)]))

    assert [type(answer) for answer in answers] == [Reading, Unreadable, Reading]
    assert answers[1] == Unreadable(2, why)


def test_a_message_that_takes_all_memory_little_by_little_is_unreadable() -> None:
    with Reader(RULES, Limits(seconds=60.0), parse=obey) as reader:
        answers = list(reader.read([fetched(1, "swell"), fetched(2)]))

    words = "an unexpected MemoryError while it was read"
    assert answers[0] == Unreadable(1, words)
    assert isinstance(answers[1], Reading)


def test_several_in_a_row_break_the_child_and_the_last_is_read(reader: Reader) -> None:
    answers = list(reader.read([fetched(1, "die"), fetched(2, "die"), fetched(3)]))

    assert [type(answer) for answer in answers] == [Unreadable, Unreadable, Reading]


def test_a_message_in_whose_time_the_child_died_once_is_read(
    reader: Reader, tmp_path: Path
) -> None:
    mail = fetched(1, f"die-once {tmp_path / 'died'}")

    answers = list(reader.read([mail, fetched(2)]))

    assert [type(answer) for answer in answers] == [Reading, Reading]


def test_a_child_that_was_killed_while_idle_is_replaced(reader: Reader) -> None:
    list(reader.read([fetched(1)]))
    before = child_of(reader)
    os.kill(before, signal.SIGKILL)

    answers = list(reader.read([fetched(2), fetched(3)]))

    assert [type(answer) for answer in answers] == [Reading, Reading]
    assert child_of(reader) != before


def test_signals_to_the_whole_group_do_not_end_the_child(reader: Reader) -> None:
    list(reader.read([fetched(1)]))
    before = child_of(reader)
    os.kill(before, signal.SIGINT)
    os.kill(before, signal.SIGTERM)

    answers = list(reader.read([fetched(2)]))

    assert [type(answer) for answer in answers] == [Reading]
    assert child_of(reader) == before


def test_neither_logs_nor_reasons_say_what_a_message_contains(
    reader: Reader, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)

    answers = list(
        reader.read([fetched(1, "fail"), fetched(2, "die"), fetched(3, "allocate")])
    )

    said = caplog.text + "".join(capfd.readouterr())
    said += "".join(answer.why for answer in answers if isinstance(answer, Unreadable))
    assert "SIGKILL" in said
    assert "Marlowe" not in said
    assert "book" not in said


def test_the_child_works_ahead_while_an_answer_is_recorded(
    reader: Reader, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    answers = reader.read(fetched(uid, f"note {notes}") for uid in range(20))

    next(answers)

    assert eventually(lambda: len(notes.read_text().split()) == 20)
    assert len(list(answers)) == 19


@pytest.mark.parametrize(
    "limits",
    [Limits(messages_ahead=3), Limits(octets_ahead=250)],
    ids=["messages", "octets"],
)
def test_no_more_is_fetched_ahead_than_the_limits_say(limits: Limits) -> None:
    taken: list[int] = []

    def mailbox() -> Iterator[Fetched]:
        for uid in range(10):
            taken.append(uid)
            yield Fetched(uid, b"Subject: x\r\n\r\n" + b"x" * 86)

    with Reader(RULES, limits) as limited:
        answers = limited.read(mailbox())
        next(answers)

        assert taken == [0, 1, 2]
        assert len(list(answers)) == 9


def test_large_messages_and_large_answers_do_not_block_each_other(
    reader: Reader,
) -> None:
    large = "the book came late. " * 5_000
    batch = [fetched(uid, text=large) for uid in range(8)]

    answers = list(reader.read(batch))

    assert [type(answer) for answer in answers] == [Reading] * 8


def test_a_reading_that_was_abandoned_leaves_no_answer_behind(reader: Reader) -> None:
    list(islice(reader.read(fetched(uid) for uid in range(30)), 3))

    answers = list(reader.read([fetched(100), fetched(101)]))

    assert [answer.uid for answer in answers] == [100, 101]


def test_a_mailbox_that_fails_is_heard_of_and_the_next_batch_read(
    reader: Reader,
) -> None:
    def mailbox() -> Iterator[Fetched]:
        yield fetched(1)
        raise TransientError("the server is away")

    with pytest.raises(TransientError, match="away"):
        list(reader.read(mailbox()))

    assert [answer.uid for answer in reader.read([fetched(2)])] == [2]


def test_a_child_that_cannot_start_is_an_error_of_the_moment() -> None:
    with (
        Reader(RULES, Limits(memory=1024)) as broken,
        pytest.raises(TransientError, match=r"start.*MemoryError"),
    ):
        list(broken.read([fetched(1)]))


def test_rules_that_do_not_compile_are_told_with_what_is_wrong() -> None:
    wrong = {"rules.toml": RULES["rules.toml"].replace("title", "titel", 1)}

    with (
        Reader(wrong) as reader,
        pytest.raises(ConfigError, match="titel") as told,
    ):
        reader.rules()

    assert told.value.problems[0].file == "rules.toml"


def test_the_rules_of_the_child_decide_as_those_compiled_here(reader: Reader) -> None:
    here = compile_ruleset(RULES)

    rules = reader.rules()

    assert rules.hash == here.hash
    assert rules.routes == here.routes
    assert rules.signals.keys() == here.signals.keys()
    assert rules.picks_up("a complaint") == here.picks_up("a complaint")


def test_rules_to_decide_by_find_nothing_and_say_so(reader: Reader) -> None:
    with pytest.raises(ValueError, match="decide"):
        read_here(reader.rules(), fetched(1))


def test_what_a_check_finds_in_the_rules_is_told() -> None:
    with Reader(RULES, check=find_one_fault) as reader:
        assert reader.faults() == (Problem("late-book"),)


def test_a_child_that_dies_while_it_compiles_leaves_nobody_behind() -> None:
    reader = Reader(RULES, check=take_long)
    copy = compiling_in(child_of(reader))
    begun = time.monotonic()

    os.kill(child_of(reader), signal.SIGKILL)

    with pytest.raises(TransientError, match="SIGKILL"):
        reader.rules()
    assert time.monotonic() - begun < 10
    reader.close()
    assert eventually(lambda: not is_running(copy))


def test_closing_while_it_compiles_leaves_nobody_behind() -> None:
    reader = Reader(RULES, check=take_long)
    copy = compiling_in(child_of(reader))
    begun = time.monotonic()

    reader.close()

    assert time.monotonic() - begun < 5
    assert eventually(lambda: not is_running(copy))


def test_a_copy_that_dies_while_it_compiles_is_told() -> None:
    with Reader(RULES, check=take_long) as reader:
        os.kill(compiling_in(child_of(reader)), signal.SIGKILL)

        with pytest.raises(TransientError, match=r"ended unexpectedly \(-9\)"):
            reader.rules()


def test_an_error_that_nobody_expects_while_it_compiles_is_told() -> None:
    with (
        Reader(RULES, check=break_unexpectedly) as reader,
        pytest.raises(TransientError, match="an unexpected ZeroDivisionError"),
    ):
        reader.rules()


def compiling_in(child: int) -> int:
    """Return the process in which a child compiles, once it is there."""
    path = Path(f"/proc/{child}/task/{child}/children")
    assert eventually(lambda: bool(path.read_text().split()))
    return int(path.read_text().split()[0])


def take_long(_: Ruleset) -> tuple[Problem, ...]:
    time.sleep(60)
    return ()


def break_unexpectedly(_: Ruleset) -> tuple[Problem, ...]:
    raise ZeroDivisionError


def find_one_fault(ruleset: Ruleset) -> tuple[Problem, ...]:
    return tuple(Problem(each) for each in ruleset.signals if each == "late-book")


def test_a_child_that_does_not_get_ready_in_time_is_an_error_of_the_moment() -> None:
    with (
        Reader(RULES, Limits(start_seconds=0.0)) as slow,
        pytest.raises(TransientError, match="start"),
    ):
        list(slow.read([fetched(1)]))


def test_closing_does_not_wait_for_what_is_being_read() -> None:
    reader = Reader(RULES, Limits(seconds=60.0), parse=obey)
    answers = reader.read([fetched(1), fetched(2, "hang")])
    next(answers)
    pid = child_of(reader)
    begun = time.monotonic()

    reader.close()

    assert time.monotonic() - begun < 2
    assert not is_running(pid)
    with pytest.raises(TransientError, match="closed"):
        next(answers)


def test_closing_twice_is_closing() -> None:
    reader = Reader(RULES)

    reader.close()
    reader.close()

    with pytest.raises(TransientError, match="closed"):
        list(reader.read([fetched(1)]))


PARENT = """
import os, signal, sys
from tests.reader.conftest import RULES
from tests.reader.faulty import obey
from tests.reader.test_reader import child_of, fetched
from triage.reader import Limits, Reader

if __name__ == "__main__":
    reader = Reader(RULES, Limits(seconds=10.0), parse=obey)
    answers = reader.read([fetched(1), fetched(2, sys.argv[1])])
    next(answers)
    print(child_of(reader), flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("order", ["", "hang"], ids=["idle", "hanging"])
@pytest.mark.parametrize("end", ["killed", "returned"])
def test_the_child_dies_with_its_parent(order: str, end: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[2]

    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), order, end],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        check=False,
        timeout=60,
    )

    assert ended.returncode == (-signal.SIGKILL if end == "killed" else 0)
    assert eventually(lambda: not is_running(int(ended.stdout)), seconds=60)


def test_reading_here_needs_no_child() -> None:
    mail = Fetched(9, b"Subject: x\r\n\r\nThe book came late.", size=99)

    reading = read_here(compile_ruleset(RULES), mail)

    assert reading.uid == 9
    assert reading.message == parse(mail.raw, size=99)
    assert reading.evidence.signals == {"late-book"}
