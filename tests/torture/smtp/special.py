"""What only one stage can do wrong: TCP, TLS, login, offers, body, pace, answers.

Each entry says what the server does, and what must become of three letters.
"""

import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tests.servers.certificates import Authority
from tests.servers.plugin import LOCAL
from tests.smtp.scripted import Step, Talk, accepting
from tests.torture.ground import Ground
from tests.torture.row import Outcome, Row
from tests.torture.smtp.desk import HASTY, PATIENT, Way, new_desk
from tests.torture.smtp.expected import Course
from tests.torture.smtp.stages import (
    EXTENSIONS,
    LOGIN,
    SECRET,
    SECRET_ON_THE_WIRE,
    SECRETS,
    USUAL,
    Encryption,
    do,
    light,
    with_login,
    with_starttls,
)
from tests.torture.smtp.trial import Script, Trial, run_all

BEFORE_TLS = ("AUTH", "MAIL", "RCPT", "DATA")


def _then(said: bytes, act: Step) -> Step:
    def step(talk: Talk) -> None:
        talk.say(said)
        do(talk, act)

    return step


def _after_some(octets: int, act: Step) -> Step:
    def step(talk: Talk) -> None:
        while len(talk.unread) < octets:
            talk.unread += talk.sock.recv(octets)
        do(talk, act)

    return step


def _after_all(act: Step) -> Step:
    """Act once the last boundary was read, and nothing of the dot."""

    def step(talk: Talk) -> None:
        talk.until(b"--\r\n")
        do(talk, act)

    return step


GO_AHEAD = b"354 go ahead\r\n"
IN_THE_BODY: Mapping[str, tuple[Script, Course]] = {
    "gone before it": ({"data": _then(GO_AHEAD, Talk.hang_up)}, Course.LETTER_WAITS),
    "reset before it": ({"data": _then(GO_AHEAD, Talk.reset)}, Course.LETTER_WAITS),
    "gone within it": ({"body": _after_some(300, Talk.hang_up)}, Course.LETTER_WAITS),
    "reset within it": ({"body": _after_some(300, Talk.reset)}, Course.LETTER_WAITS),
    "gone before the dot": ({"body": _after_all(Talk.hang_up)}, Course.LETTER_WAITS),
    "reset before the dot": ({"body": _after_all(Talk.reset)}, Course.LETTER_WAITS),
}
TOO_EARLY: Mapping[str, tuple[Script, Course]] = {
    "5xx before it": ({"data": GO_AHEAD + b"552 5.3.4 too big\r\n"}, Course.REFUSED),
    "4xx before it": ({"data": GO_AHEAD + b"451 4.3.0 later\r\n"}, Course.LETTER_WAITS),
    "2xx before it": ({"data": GO_AHEAD + b"250 2.0.0 ok\r\n"}, Course.SERVER_WAITS),
    "3xx before it": ({"data": GO_AHEAD + GO_AHEAD}, Course.SERVER_WAITS),
    "garbage before it": ({"data": GO_AHEAD + b"\0\0\r\n"}, Course.LETTER_WAITS),
    "half an answer before it": (
        {"data": _then(GO_AHEAD + b"25", Talk.stall)},
        Course.SERVER_WAITS,
    ),
}

# Answers that belong to nothing must never be taken for the answer to the dot.
TWICE = {stage: USUAL[stage] * 2 for stage in ("mail", "rcpt", "data", "rset")}
IN_TWO: Mapping[str, tuple[Script, Course]] = {
    "MAIL is answered twice": ({"mail": TWICE["mail"]}, Course.LETTER_WAITS),
    "RCPT is answered twice": ({"rcpt": TWICE["rcpt"]}, Course.LETTER_WAITS),
    "DATA is answered twice": ({"data": TWICE["data"]}, Course.SERVER_WAITS),
    "RSET is answered twice": ({"rset": TWICE["rset"]}, Course.EVERY_OTHER),
    "the dot is answered twice": (
        {"dot": accepting(b"250 2.0.0 queued\r\n250 2.0.0 queued\r\n")},
        Course.EVERY_OTHER,
    ),
    "the dot is answered in advance": (
        {"mail": USUAL["mail"] * 2 + GO_AHEAD + b"250 2.0.0 queued\r\n"},
        Course.SERVER_WAITS,
    ),
}


def _late(seconds: float) -> Script:
    def after(said: bytes) -> Step:
        def step(talk: Talk) -> None:
            time.sleep(seconds)
            talk.say(said)

        return step

    script: dict[str, Step] = {
        stage: after(USUAL[stage])
        for stage in ("greeting", "ehlo", "mail", "rcpt", "data", "rset", "quit")
    }
    return script | {"dot": accepting(b"250 2.0.0 queued\r\n", after=seconds)}


OFFERS: Mapping[str, tuple[Script, Course]] = {
    "nothing": ({"ehlo": b"250 x\r\n"}, Course.SENT),
    "nothing, not even a name": ({"ehlo": b"250\r\n"}, Course.SENT),
    "nonsense": ({"ehlo": b"250-x\r\n250-\r\n250-=\r\n250 \xff\0\r\n"}, Course.SENT),
    "SIZE without a number": ({"ehlo": b"250-x\r\n250 SIZE\r\n"}, Course.SENT),
    "SIZE smaller than a letter": (
        {"ehlo": b"250-x\r\n250 SIZE 10\r\n", "mail": b"552 5.3.4 too big\r\n"},
        Course.SENDER_REFUSED,
    ),
}
PACE: Mapping[str, tuple[Script, Course]] = {
    "every answer late": (_late(0.1), Course.SENT),
    "every answer so late that time is over": (_late(0.4), Course.SERVER_WAITS),
}


def try_special(ground: Ground) -> Outcome:
    """Try what only one stage can do wrong."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    encryption = Encryption.new(ground)
    trials = [*_in_clear(encryption), *_encrypted(encryption, ground)]
    if not ground.is_full:
        trials = light(trials[::3])
    return run_all(desk, trials, SECRETS)


def _in_clear(encryption: Encryption) -> Iterator[Trial]:
    way = Way(submission=encryption.trusted)
    yield Trial(
        name="tcp: refused",
        course=Course.SERVER_WAITS,
        script={},
        is_away=True,
        way=way,
    )
    tables = {
        "body": IN_THE_BODY,
        "early": TOO_EARLY,
        "twice": IN_TWO,
        "offers": OFFERS,
        "pace": PACE,
    }
    for about, table in tables.items():
        for name, (script, course) in table.items():
            is_hasty = course is Course.SERVER_WAITS and about in {"pace", "early"}
            yield Trial(
                name=f"{about}: {name}",
                course=course,
                script=script,
                way=way,
                limits=HASTY if is_hasty else PATIENT,
                waits_at_the_dot=about == "body",
                is_whole=False,
            )


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that is not to be believed."""

    name: str
    context: ssl.SSLContext


def _encrypted(encryption: Encryption, ground: Ground) -> Iterator[Trial]:
    """Yield trials in which nothing may be said before TLS, and nobody is trusted."""
    starting = Trial(
        name="starttls",
        course=Course.SERVER_WAITS,
        script={},
        must_not_say=BEFORE_TLS,
        is_whole=False,
    )
    starting = with_starttls(starting, encryption)
    secret = replace(
        starting.way,
        submission=dict(starting.way.submission) | LOGIN,
        secrets={"smtp-password": SECRET},
    )
    starting = replace(
        starting, way=secret, extensions=(*EXTENSIONS, "STARTTLS", "AUTH PLAIN")
    )
    for name, script in STRIPPED.items():
        limits = HASTY if name.endswith("silence") else PATIENT
        yield replace(starting, name=f"starttls: {name}", script=script, limits=limits)
    for shown in _not_to_be_believed(ground):
        wrong = replace(
            starting, context=shown.context, good_context=encryption.context
        )
        yield replace(wrong, name=f"starttls: {shown.name}")
        implicit = with_login(wrong, encryption, "AUTH PLAIN")
        yield replace(implicit, name=f"tls: {shown.name}", context=shown.context)
    yield from _logging_in(encryption)


STRIPPED: Mapping[str, Script] = {
    "not offered": {"ehlo": b"250-x\r\n250-AUTH PLAIN\r\n250 DSN\r\n"},
    "written over": {"ehlo": b"250-x\r\n250-XXXXXXXA\r\n250 AUTH PLAIN\r\n"},
    "words after it in clear": {
        "starttls": b"220 go on\r\n250-x\r\n250 AUTH PLAIN\r\n"
    },
    "an octet after it in clear": {"starttls": b"220 go on\r\n2"},
    "then garbage": {"starttls": _then(b"220 go on\r\n", _after_some(1, b"\0" * 99))},
    "then hangs up": {"starttls": _then(b"220 go on\r\n", Talk.hang_up)},
    "then resets": {"starttls": _then(b"220 go on\r\n", Talk.reset)},
    "then silence": {"starttls": _then(b"220 go on\r\n", Talk.stall)},
}


def _not_to_be_believed(ground: Ground) -> Iterator[Shown]:
    ours = Authority(ground.folder)
    elsewhere = ours.issue("elsewhere", hosts="DNS:elsewhere.example")
    yield Shown("a certificate of another name", elsewhere.context())
    past = ours.issue("past", hosts=LOCAL, days=-1)
    yield Shown("a certificate that has run out", past.context())
    folder = ground.folder / "strangers"
    folder.mkdir()
    stranger = Authority.new(folder).issue("localhost", hosts=LOCAL)
    yield Shown("a certificate of an unknown authority", stranger.context())


def _logging_in(encryption: Encryption) -> Iterator[Trial]:
    trial = Trial(
        name="login",
        course=Course.LOGIN_WAITS,
        script={},
        must_not_say=("MAIL", "RCPT", "DATA"),
        is_whole=False,
    )
    trial = with_login(trial, encryption, "AUTH PLAIN")
    none, foreign = b"250-x\r\n250 DSN\r\n", b"250-x\r\n250 AUTH CRAM-MD5 XOAUTH2\r\n"
    yield replace(trial, name="login: not offered", script={"ehlo": none})
    yield replace(trial, name="login: by other means", script={"ehlo": foreign})
    for code, course in ((535, Course.LOGIN_WAITS), (454, Course.SERVER_WAITS)):
        echo = f"{code} 5.7.8 wrong: {SECRET_ON_THE_WIRE} {SECRET}\r\n".encode()
        yield replace(
            trial,
            name=f"login: {code} repeats it",
            script={"auth": echo},
            course=course,
        )


SPECIAL = Row(
    name="smtp-special",
    fault="TCP refused; TLS stripped, injected into, with a wrong certificate; no way "
    "to log in; drops and answers in the body; answers in two; every answer late",
    run=try_special,
)
