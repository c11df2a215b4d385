"""Every fault at every stage of a submission."""

import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from tests.journeys.installing import Inline
from tests.servers.certificates import Authority
from tests.servers.plugin import LOCAL
from tests.smtp.scripted import Step, Talk, accepting
from tests.torture.ground import Ground
from tests.torture.row import Outcome, Row
from tests.torture.smtp.desk import HASTY, HASTY_AFTER_THE_DOT, PATIENT, Way, new_desk
from tests.torture.smtp.expected import (
    EXPECTED,
    GONE_WITH_THE_COPY,
    IN_DOUBT,
    TO_THE_DOT,
    Course,
)
from tests.torture.smtp.faults import LONGER_THAN_WE_WAIT, Fault, faults
from tests.torture.smtp.trial import Trial, run_all

SECRET = "correct-horse-battery"  # noqa: S105 - of a server in this process
SECRET_ON_THE_WIRE = "AHRyaWFnZQBjb3JyZWN0LWhvcnNlLWJhdHRlcnk="  # noqa: S105 - the same
EXTENSIONS = ("SIZE 1000000", "DSN")
LOGIN = {"user": "triage", "password": Inline("file", "smtp-password")}
USUAL = {
    "greeting": b"220 scripted.example ready\r\n",
    "ehlo": b"250-scripted.example\r\n250-SIZE 1000000\r\n250 DSN\r\n",
    "starttls": b"220 2.0.0 go on\r\n",
    "ehlo-tls": b"250-scripted.example\r\n250-SIZE 1000000\r\n250 DSN\r\n",
    "auth": b"235 2.7.0 welcome\r\n",
    "auth-login": b"334 VXNlcm5hbWU6\r\n",
    "auth-user": b"334 UGFzc3dvcmQ6\r\n",
    "auth-password": b"235 2.7.0 welcome\r\n",
    "mail": b"250 2.1.0 ok\r\n",
    "rcpt": b"250 2.1.5 ok\r\n",
    "rcpt-copy": b"250 2.1.5 ok\r\n",
    "data": b"354 go ahead\r\n",
    "rset": b"250 2.0.0 ok\r\n",
    "quit": b"221 2.0.0 bye\r\n",
}
WHOLE = "hangs up"
"""The fault that is tried with every part of an installation."""
BY_QUESTIONS = ("auth-login", "auth-user", "auth-password")


@dataclass(frozen=True, slots=True)
class Encryption:
    """What is needed for the stages inside TLS."""

    authority: Authority
    context: ssl.SSLContext

    @property
    def trusted(self) -> dict[str, object]:
        return {"ca_file": str(self.authority.ca_file)}

    @classmethod
    def new(cls, ground: Ground) -> "Encryption":
        authority = Authority.new(ground.folder)
        certificate = authority.issue("localhost", hosts=LOCAL)
        return cls(authority, certificate.context())


def try_stages(ground: Ground) -> Outcome:
    """Try every stage that has an answer, but the dot."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    trials = list(_trials(Encryption.new(ground)))
    return run_all(desk, trials if ground.is_full else _few(trials), SECRETS)


def try_the_dot(ground: Ground) -> Outcome:
    """Try the answer to the dot, where the letter was taken and where it was not."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    way = Way(submission=Encryption.new(ground).trusted)
    trials = [
        replace(trial, way=way)
        for trial in chain.from_iterable(map(_to_the_dot, faults()))
    ]
    if not ground.is_full:
        typical = {fault.name for fault in faults() if fault.is_typical}
        trials = [each for each in trials if _fault_of(each) in typical]
        trials = light(each for each in trials if each.lasts)
    return run_all(desk, trials, ())


SECRETS = (SECRET, SECRET_ON_THE_WIRE)


def _few(trials: list[Trial]) -> list[Trial]:
    """Return one trial of each stage, with a typical fault of another kind."""
    typical = [fault.name for fault in faults() if fault.is_typical]
    wanted = {
        f"{stage}: {typical[(3 * number) % len(typical)]}"
        for number, stage in enumerate(EXPECTED)
    }
    return light(trial for trial in trials if trial.name in wanted)


def light(trials: Iterable[Trial]) -> list[Trial]:
    """Return the trials with a whole installation for the first one only."""
    return [replace(trial, is_whole=number == 0) for number, trial in enumerate(trials)]


def _fault_of(trial: Trial) -> str:
    return trial.name.split(": ")[1].split(",")[0]


def _trials(encryption: Encryption) -> Iterator[Trial]:
    for stage, by_kind in EXPECTED.items():
        for fault in faults():
            usual = by_kind[fault.kind]
            course = GONE_WITH_THE_COPY.get((stage, fault.name), usual)
            trial = _trial(stage, fault, course, encryption)
            yield trial
            if fault.is_typical:
                yield _once(trial, stage)


def _trial(stage: str, fault: Fault, course: Course, encryption: Encryption) -> Trial:
    step = fault.step(USUAL[stage])
    trial = Trial(
        name=f"{stage}: {fault.name}",
        course=course,
        script={stage: step},
        limits=HASTY if fault.is_slow else PATIENT,
        is_whole=fault.name == WHOLE,
        way=Way(submission=encryption.trusted),
    )
    if stage in {"starttls", "ehlo-tls"}:
        return with_starttls(trial, encryption)
    if stage in BY_QUESTIONS:
        script = {"auth": _questions(stage, step)}
        return with_login(replace(trial, script=script), encryption, "AUTH LOGIN")
    if stage == "auth":
        return with_login(trial, encryption, "AUTH PLAIN")
    return trial


def _once(trial: Trial, stage: str) -> Trial:
    """Return the same with a fault that only the first letter meets."""
    ((where, step),) = trial.script.items()
    usual: Step = USUAL[stage]
    if stage in BY_QUESTIONS:
        usual = _questions("none", b"")
    assert not isinstance(step, list | tuple)
    return replace(
        trial,
        name=f"{trial.name}, once",
        script={where: [step, usual]},  # type: ignore[list-item]  # one step
        lasts=False,
    )


def with_starttls(trial: Trial, encryption: Encryption) -> Trial:
    submission = encryption.trusted | {"security": "starttls"}
    return replace(
        trial,
        way=Way(submission=submission),
        extensions=(*EXTENSIONS, "STARTTLS"),
        context=encryption.context,
    )


def with_login(trial: Trial, encryption: Encryption, offer: str) -> Trial:
    submission = encryption.trusted | {"security": "tls"} | LOGIN
    return replace(
        trial,
        way=Way(submission=submission, secrets={"smtp-password": SECRET}),
        extensions=(*EXTENSIONS, offer),
        context=encryption.context,
        is_implicit=True,
    )


def _questions(stage: str, instead: Step) -> Step:
    """Ask for user and password; at one of the answers do something else."""

    def ask(talk: Talk) -> None:
        for name in BY_QUESTIONS:
            do(talk, instead if name == stage else USUAL[name])
            if name == BY_QUESTIONS[-1] or not talk.last_said.startswith(b"3"):
                return
            talk.line()

    return ask


def do(talk: Talk, step: Step) -> None:
    if isinstance(step, bytes):
        talk.say(step)
    else:
        step(talk)


def _to_the_dot(fault: Fault) -> Iterator[Trial]:
    said = b"250 2.0.0 queued\r\n"
    course, step = TO_THE_DOT[fault.kind], fault.step(said)
    limits = HASTY_AFTER_THE_DOT if fault.is_slow else PATIENT
    trial = Trial(
        name=f"dot: {fault.name}",
        course=course,
        script={"dot": step},
        limits=limits,
        is_whole=fault.name == WHOLE,
    )
    if course is Course.SENT:
        trials = [replace(trial, script={"dot": taking(step)})]
    elif fault.kind in IN_DOUBT:
        taken = replace(
            trial,
            name=f"{trial.name}, taken",
            course=Course.ARRIVED,
            script={"dot": taking(step)},
        )
        late = replace(
            trial,
            name=f"{trial.name}, taken late",
            course=Course.ARRIVED,
            script={"dot": accepting(said, after=LONGER_THAN_WE_WAIT)},
            takes_late=True,
        )
        trials = [trial, taken, late] if fault.is_slow else [trial, taken]
    else:
        trials = [trial]
    yield from trials
    if fault.is_typical:
        yield from map(_once_to_the_dot, trials)


def _once_to_the_dot(trial: Trial) -> Trial:
    steps = [trial.script["dot"], accepting(b"250 2.0.0 queued\r\n")]
    return replace(
        trial,
        name=f"{trial.name}, once",
        script={"dot": steps},  # type: ignore[dict-item]  # one step each
        lasts=False,
    )


def taking(step: Step) -> Step:
    """Take the letter, and then do something."""

    def taken(talk: Talk) -> None:
        assert talk.letter is not None
        talk.server.accepted.append(talk.letter)
        do(talk, step)

    return taken


STAGES = Row(
    name="smtp-stages",
    fault="At each stage of a submission the server does each of the things that a "
    "server can do instead of what is usual",
    run=try_stages,
)
THE_DOT = Row(
    name="smtp-dot",
    fault="The same as the answer to the final dot, the letter taken or not",
    run=try_the_dot,
)
