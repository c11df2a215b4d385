"""Logins with tokens, at issuers and servers that do not mean well.

Each fault meets an installation that was well and is started anew while it lasts, a
round a minute by a clock that is put forward; then it ends. Servers and issuer count.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from math import inf
from pathlib import Path

from tests.journeys.token_office import Office
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, Tokens
from tests.servers.issuer import (
    Fault,
    TokenIssuer,
    answer_lost,
    down,
    dripping,
    elsewhere,
    garbage,
    huge,
    hung_up,
    living,
    page,
    refusing,
    saying,
    slow,
    too_many,
)
from tests.servers.plugin import LOCAL
from tests.servers.token_smtp import TokenSmtp
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.kills.mails import mail
from tests.torture.row import Outcome, Row
from tests.torture.site import Site
from tests.torture.toxics import CLEAN, BadWay, Cut
from triage.config import load_config
from triage.errors import TriageError
from triage.wiring import Installation

WORKERS = 4
_starting = threading.Lock()
"""A process that is being started has every file of ours for a moment, locks too."""
MINUTE = timedelta(minutes=1)
ROUNDS = 6
LONGEST = 20
"""Rounds until everything must be done: an issuer is left alone for five minutes."""
MOST_ASKED = 4
"""Requests for a token in a minute, while none is good."""
MOST_LOGINS = 10
"""Of all connections in a minute, while none succeeds; accounts are locked by more."""
LASTING = 1000
SERVED = ("IMAP", "SMTP")


@dataclass
class Clock:
    """Stands still until it is put forward."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251 - mails of just now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault of an issuer or of servers, and its end."""

    name: str
    begin: Callable[["Place"], None]
    end: Callable[["Place"], None]
    gives_none: bool = True
    """Nobody can log in while it lasts."""
    struck: Callable[["Place"], bool] = lambda _: True


@dataclass
class Place:
    """An installation between its servers, each of which counts."""

    site: Site
    issuer: TokenIssuer
    smtp: TokenSmtp
    ways: tuple[BadWay, BadWay]
    office: Office
    clock: Clock = field(default_factory=Clock)
    asked: int = 0
    """The most requests for a token in one round of the fault."""
    logins: int = 0
    """The most logins or connections of one kind in one round of the fault."""

    def run(self, trouble: Trouble) -> Iterator[Finding]:
        self._deliver("before")
        with self._started() as parts:
            self._round(parts)
        self.clock.now += timedelta(hours=2)
        self.issuer.expire()
        trouble.begin(self)
        with self._started() as parts:
            for number in range(ROUNDS):
                self._deliver(f"while{number}")
                self._counted_round(parts)
                self.issuer.expire()
            if not trouble.struck(self):
                yield Finding("sweep", trouble.name, "it never struck")
            trouble.end(self)
            yield from self._settled(parts, trouble)
        yield from self.site.judge()
        yield from self._bounds(trouble)

    def _deliver(self, mark: str) -> None:
        self.site.deliver(mail(f"q{mark}"))

    @contextmanager
    def _started(self) -> Iterator[Installation]:
        config = load_config(self.site.journey.config)
        with self.site._logged(), ExitStack() as opened:
            with _starting:
                parts = opened.enter_context(Installation(config, self.clock))
            try:
                yield parts
            finally:
                with _starting:
                    opened.close()

    def _round(self, parts: Installation) -> None:
        with suppress(TriageError):
            parts.run_once()
        # As a daemon that waits does: the next round logs in again.
        parts.mailbox.discard()
        self.clock.now += MINUTE

    def _counted_round(self, parts: Installation) -> None:
        before = len(self.issuer.asked), self._seen()
        self._round(parts)
        self.asked = max(self.asked, len(self.issuer.asked) - before[0])
        logins = (b - a for a, b in zip(before[1], self._seen(), strict=True))
        self.logins = max(self.logins, *logins)

    def _seen(self) -> tuple[int, ...]:
        """What locks accounts: lookups of tokens, logins, connections."""
        found = self.issuer.state.looked_up, len(self.smtp.logins)
        return (*found, *(way.connections for way in self.ways))

    def _settled(self, parts: Installation, trouble: Trouble) -> Iterator[Finding]:
        left: list[Finding] = []
        for _ in range(LONGEST):
            self._round(parts)
            left = self.site.unsettled()
            if not left and len(self.smtp.accepted) >= len(self.site.delivered):
                return
        taken = f"{len(self.smtp.accepted)} letters of {len(self.site.delivered)}"
        yield Finding("settled", trouble.name, f"{taken}, {len(left)} things left")

    def _bounds(self, trouble: Trouble) -> Iterator[Finding]:
        kept = self.office.refresh_token_file.read_text("utf-8")
        if not any(each in kept for each in self.issuer.state.refresh):
            words = "the refresh token that is kept is taken no more"
            yield Finding("fate", trouble.name, words)
        if trouble.gives_none and self.asked > MOST_ASKED:
            words = f"the issuer was asked {self.asked} times in a minute"
            yield Finding("storm", trouble.name, words)
        if trouble.gives_none and self.logins > MOST_LOGINS:
            yield Finding("storm", trouble.name, f"{self.logins} logins in a minute")


def _nothing(_: Place) -> None: ...


def _answering(
    name: str, *faults: Fault, times: int = LASTING, gives_none: bool = True
) -> Trouble:
    return Trouble(
        name,
        lambda place: place.issuer.fail(*faults * times),
        lambda place: place.issuer.state.faults.clear(),
        gives_none=gives_none,
    )


def _revoke_user(place: Place) -> None:
    place.issuer.state.user = "somebody else"


def _let_user_in(place: Place) -> None:
    place.issuer.state.user = place.site.journey.user


def _forgiving(place: Place) -> None:
    place.issuer.state.overlaps = True
    place.issuer.fail(answer_lost)


def _cutting(server: str, after: int) -> Trouble:
    """Close each connection to one server once it has said so much."""

    def way(place: Place) -> BadWay:
        return place.ways[SERVED.index(server)]

    def begin(place: Place) -> None:
        way(place).back = Cut(after)

    def end(place: Place) -> None:
        way(place).back = CLEAN

    name = f"{server} closed after {after} octets"
    return Trouble(name, begin, end, struck=lambda place: way(place).struck.is_set())


def _refuse_letters(place: Place) -> None:
    place.smtp.refuses = True


def _take_letters(place: Place) -> None:
    place.smtp.refuses = False


LIVES: tuple[object, ...] = (0, -5, 1, 10**30, "soon", None, {}, inf)
REFUSED = _answering("invalid_grant for a while", refusing("invalid_grant"))
ISSUERS: tuple[Trouble, ...] = (
    REFUSED,
    _answering("429 with Retry-After of a day", too_many),
    _answering("500", down),
    _answering("octets without meaning", garbage),
    _answering("a portal's page", page),
    _answering("sent elsewhere", elsewhere),
    _answering("an answer of 1 MB", huge),
    _answering("it hangs up", hung_up),
    _answering("temporarily_unavailable", refusing("temporarily_unavailable")),
    _answering("an error without a code", refusing("Come back <b>later</b>")),
    _answering("a token of nothing", saying({"access_token": "", "expires_in": 60})),
    _answering("a token with a line end", saying({"access_token": "a\r\nb"})),
    _answering("it hangs", slow, times=1),
    _answering("an octet at a time", dripping, times=1),
    *(
        _answering(f"expires_in is {lasts!r}", living(lasts), gives_none=False)
        for lasts in LIVES
    ),
    Trouble("its answer is lost, and the token was changed", _forgiving, _nothing),
    Trouble("a new refresh token each minute", _nothing, _nothing, gives_none=False),
)
REJECTED = Trouble("XOAUTH2 is refused with the challenge", _revoke_user, _let_user_in)
SERVERS: tuple[Trouble, ...] = (
    REJECTED,
    Trouble("SMTP refuses it with the challenge", _refuse_letters, _take_letters),
    *(_cutting("IMAP", after) for after in (0, 60, 250, 400, 700, 1500)),
    *(_cutting("SMTP", after) for after in (0, 20, 100, 180)),
)
SHORT = 1


def _tried(troubles: Sequence[Trouble]) -> Callable[[Ground], Outcome]:
    def run(ground: Ground) -> Outcome:
        chosen = troubles if ground.is_full else troubles[:SHORT]

        def work(number: int) -> tuple[list[Finding], int, int]:
            trouble = chosen[number]
            with place_at(ground.folder / f"at-{number}") as place:
                found = list(place.run(trouble))
            ground.say(
                f"  {trouble.name}: {len(found)} violations, {place.asked} asked,"
                f" {place.logins} logins"
            )
            is_counted = trouble.gives_none
            return found, place.asked * is_counted, place.logins * is_counted

        with ThreadPoolExecutor(WORKERS) as pool:
            found, asked, logins = zip(*pool.map(work, range(len(chosen))), strict=True)
        return Outcome(
            cases=len(chosen),
            findings=tuple(chain.from_iterable(found)),
            note=f"in a minute without a good token the issuer is asked at most"
            f" {max(asked)} times, and a server sees at most {max(logins)} logins or"
            " connections; no refresh token lost",
        )

    return run


@contextmanager
def place_at(folder: Path) -> Iterator[Place]:
    folder.mkdir()
    with ExitStack() as opened:
        certificate = Authority.new(folder).issue("localhost", hosts=LOCAL)
        issuer = opened.enter_context(TokenIssuer("nobody yet"))
        tokens = Tokens(f"{issuer.address}/introspect", refuses_at_once=True)
        dovecot = opened.enter_context(Dovecot(certificate, tokens=tokens))
        smtp = opened.enter_context(TokenSmtp(issuer))
        imap_way = opened.enter_context(BadWay(dovecot.imap))
        smtp_way = opened.enter_context(BadWay(smtp.port))
        site = Site(dovecot, smtp, folder / "installation")
        issuer.state.user = site.journey.user
        office = Office(site.journey, issuer, smtp)
        office.install(imap_port=imap_way.port, smtp_port=smtp_way.port)
        yield Place(site, issuer, smtp, (imap_way, smtp_way), office)


ROWS = (
    Row(
        name="tokens-issuer",
        fault="an issuer hangs, shows a page, sends elsewhere, refuses for a while,"
        " gives lives without sense, changes the refresh token and loses its answer",
        run=_tried(ISSUERS),
    ),
    Row(
        name="tokens-server",
        fault="servers refuse XOAUTH2 with their challenge, close at once, take the"
        " login and close",
        run=_tried(SERVERS),
    ),
)
