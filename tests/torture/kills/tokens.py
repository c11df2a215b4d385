"""A refresh token that changes at each use, killed at each call of its renewal.

The truth is the issuer's: which token it takes by now. What is lost is what it gave and
nobody can show it any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.journeys.installing import Inline, Servers, Settings, install
from tests.servers.issuer import CLIENT, SECRET, TokenIssuer
from tests.torture.finding import Finding
from tests.torture.kills.injecting import CALLS, STEP, Point
from tests.torture.kills.mails import NOW
from tests.torture.kills.mortal import Mortal
from tests.torture.row import Outcome

USER, NOWHERE = "somebody", 9
EVERY_CALL = frozenset((*CALLS, STEP))


@dataclass
class TokenSweep:
    """Kills the renewal at every point, starts again and asks the issuer."""

    folder: Path
    mortal: Mortal
    overlaps: bool
    """The issuer takes the token of before until the new one was used."""
    deed: str = "renew"
    most: int = 40
    kills: int = 0
    in_the_gap: int = 0
    """The issuer had answered, and no octet of it was written yet."""
    findings: list[Finding] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def run(self) -> "TokenSweep":
        with TokenIssuer(USER) as issuer:
            issuer.state.overlaps = self.overlaps
            for point in self._points(issuer):
                self._try(issuer, point)
        return self

    def _points(self, issuer: TokenIssuer) -> list[Point]:
        config = self._installed(issuer)
        done = self.mortal.do(config, self.deed, NOW)
        if not done.is_well:
            raise RuntimeError(f"it fails without a kill: {done.error}")
        found: list[Point] = []
        for call, number in done.counts.items():
            for n in range(1, min(number, self.most) + 1):
                found.append(Point(call, n, is_after=False))
                if call != STEP:
                    found.append(Point(call, n, is_after=True))
        return found

    def _installed(self, issuer: TokenIssuer) -> Path:
        folder = self.folder / f"at-{next(self._numbers)}"
        (folder / "state").mkdir(parents=True, mode=0o700)
        for name, secret in (
            ("client-secret", SECRET),
            ("state/refresh-token", issuer.new_refresh_token()),
        ):
            (folder / name).touch(0o600)
            (folder / name).write_text(f"{secret}\n")
        oauth = {
            "issuer": {
                "token_url": issuer.token_url,
                "client_id": CLIENT,
                "client_secret": Inline("file", "client-secret"),
                "refresh_token_file": "state/refresh-token",
            }
        }
        servers = Servers(
            imap_port=NOWHERE, user=USER, password=SECRET, smtp_port=NOWHERE
        )
        mailbox = {"password": None, "oauth": oauth}
        return install(folder, servers, Settings(mailbox=mailbox))

    def _try(self, issuer: TokenIssuer, point: Point) -> None:
        config = self._installed(issuer)
        first = self.mortal.do(config, self.deed, NOW, point=point)
        if not first.is_killed:
            return
        self.kills += 1
        about = f"{'kind' if self.overlaps else 'strict'} issuer, killed {point}"
        good, left = issuer.state.refresh, _left(config)
        is_there = bool(_tokens_in(left) & set(good))
        again = self.mortal.do(config, "renew", NOW)
        if again.is_well:
            once_more = self.mortal.do(config, "renew", NOW)
            if not once_more.is_well:
                words = f"the next renewal fails: {once_more.error}"
                self.findings.append(Finding("fate", about, words))
        elif is_there or self.overlaps:
            words = f"nobody can log in any more: {again.error}"
            self.findings.append(Finding("fate", about, words))
        else:
            self.in_the_gap += 1


def _left(config: Path) -> Sequence[str]:
    state = config.parent / "state"
    names = ("refresh-token", ".refresh-token.new")
    return [
        path.read_text("utf-8", "replace")
        for name in names
        if (path := state / name).exists()
    ]


def _tokens_in(texts: Sequence[str]) -> set[str]:
    """Return whatever looks like one of the issuer's tokens."""
    words = (word.strip('",:{}') for text in texts for word in text.split())
    return {word for word in words if word.startswith("refresh-")}


def outcome_of(kind: TokenSweep, strict: TokenSweep) -> Outcome:
    """Return both for the table."""
    return Outcome(
        cases=kind.kills + strict.kills,
        findings=(*kind.findings, *strict.findings),
        note=f"{kind.kills} kills with an issuer that takes the token of before until"
        f" the new one was used: {len(kind.findings) or 'none'} lost; {strict.kills}"
        f" with one that does not: {strict.in_the_gap} fell between its answer and our"
        " first write, where `triage login` is needed",
    )
