"""Logins with tokens, from a config: one source for all connections of a login."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import sleep

from triage.config import Config, load_config
from triage.errors import ConfigError, Problem
from triage.logins import (
    GoogleTable,
    IssuerTable,
    MicrosoftTable,
    OAuth,
    Secret,
    SharedPassword,
)
from triage.oauth.command import CommandIssuer
from triage.oauth.consent import Consent
from triage.oauth.expiry import UNUSED_LIFE, Expiry
from triage.oauth.google import Google
from triage.oauth.granting import App, ByRefreshToken, BySecret
from triage.oauth.keeping import TokenFile
from triage.oauth.login import Prompt, logged_in
from triage.oauth.microsoft import Microsoft
from triage.oauth.open import OpenIssuer
from triage.oauth.source import Issuer, Standing, Supply, TokenSource
from triage.web import Web
from triage.wiring.clock import now

ISSUER_SECONDS = 20.0
OF_ALARM = "alarm.submission"
WEB = Web(ISSUER_SECONDS)


class Logins:
    """The sources of tokens of an installation; for one thread, its sources for all.

    Tables that say the same share their tokens; those with one file share its keeper.
    """

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._supplies: dict[tuple[str, OAuth], Supply] = {}
        self._files: dict[Path, TokenFile] = {}
        self._sources: dict[str, TokenSource] = {}
        self._passwords: dict[str, SharedPassword] = {}

    def tokens(self, name: str, user: str, oauth: OAuth | None) -> TokenSource | None:
        """Return where the tokens of a login come from; None: it has a password."""
        if oauth is None:
            return None
        key = (user, oauth)
        if key not in self._supplies:
            self._supplies[key] = Supply(self._issuer(user, oauth), self._clock)
        if name not in self._sources:
            self._sources[name] = TokenSource(self._supplies[key], self._clock)
        return self._sources[name]

    def password(self, name: str, secret: Secret | None) -> SharedPassword | None:
        """Return the password of a login; None: it has tokens, or none is needed."""
        if secret is None:
            return None
        shared = SharedPassword(secret.read, self._clock)
        return self._passwords.setdefault(name, shared)

    def standing(self) -> dict[str, Standing]:
        """Return how each login stands, by the table that it is of."""
        return {name: source.standing for name, source in self._sources.items()}

    def _issuer(self, user: str, oauth: OAuth) -> Issuer:
        if oauth.command is not None:
            return CommandIssuer(oauth.command)
        app, table = _app(user, oauth, self._clock), oauth.app
        if table is None or table.refresh_token_file is None:
            return BySecret(app)
        path = table.refresh_token_file
        file = self._files.setdefault(path, TokenFile(path))
        return ByRefreshToken(app, file, self._clock)


def _app(user: str, oauth: OAuth, clock: Callable[[], datetime]) -> App:
    match oauth.app:
        case MicrosoftTable() as table:
            return Microsoft(table, WEB)
        case GoogleTable() as table:
            return Google(table, user, clock, WEB)
        case IssuerTable() as table:
            return OpenIssuer(table, Web(ISSUER_SECONDS, table.ca_file))
        case None:
            raise ConfigError("oauth: a command needs no application")


@dataclass(frozen=True, slots=True)
class Login:
    """A table of the configuration that logs in somewhere with tokens."""

    name: str
    user: str
    oauth: OAuth

    @property
    def key(self) -> tuple[str, ...]:
        """Where it stands in the configuration."""
        return (*self.name.split("."), "oauth")


def logins_in(config: Config) -> Iterator[Login]:
    """Yield the logins with tokens, by the names of their tables."""
    for name, table in (
        ("mailbox", config.mailbox),
        ("submission", config.submission),
        (OF_ALARM, config.alarm.submission),
    ):
        if table is not None and table.oauth is not None and table.user is not None:
            yield Login(name, table.user, table.oauth)


def faults_of_logins(
    config: Config, moment: datetime
) -> Iterator[tuple[tuple[str, ...], Problem]]:
    """Yield what keeps tokens from coming, with its key; nobody is asked for one."""
    for login in logins_in(config):
        app = login.oauth.app
        if app is None:
            continue
        key = (*login.key, _kind_of(login.oauth))
        checks: list[tuple[str, Callable[[], object]]] = []
        if not _waits_for_systemd(app):
            checks.append(("", _app(login.user, login.oauth, now).check))
        if app.refresh_token_file is not None:
            file = TokenFile(app.refresh_token_file)
            checks.append(("refresh_token_file", file.check))
        for name, check in checks:
            try:
                check()
            except ConfigError as error:
                place = (*key, name) if name else key
                yield from ((place, each) for each in error.problems)
        if app.expires is not None and _end_of(app.expires) <= moment:
            yield (
                (*key, "expires"),
                Problem("the client secret is over", hint="have a new one made"),
            )


def _waits_for_systemd(app: MicrosoftTable | GoogleTable | IssuerTable) -> bool:
    account = app.service_account if isinstance(app, GoogleTable) else None
    secrets = (app.client_secret, account)
    return any(each is not None and not each.is_at_hand for each in secrets)


def _kind_of(oauth: OAuth) -> str:
    return next(
        name for name in type(oauth).model_fields if getattr(oauth, name) is not None
    )


def expiries_of(config: Config) -> tuple[Expiry, ...]:
    """Return what is known to come to its end; what cannot be read is left out."""
    found: dict[Expiry, None] = {}
    has_several = len(config.names) > 1
    option = f" --mailbox {config.mailbox.name}" if has_several else ""
    for login in logins_in(config):
        found.update(dict.fromkeys(_expiries(login, option)))
    return tuple(sorted(found, key=lambda each: each.at))


def _expiries(login: Login, option: str) -> Iterator[Expiry]:
    app = login.oauth.app
    if app is None:
        return
    if app.expires is not None:
        yield Expiry(
            name=f"{login.name}.client_secret",
            what=f"the client secret of [{login.name}]",
            at=_end_of(app.expires),
            remedy="have a new one made, and write its last day beside it (expires)",
        )
    if app.refresh_token_file is not None:
        at, life = _end_of_token(app, app.refresh_token_file)
        if at is not None:
            yield Expiry(
                name=f"{login.name}.refresh_token",
                what=f"the refresh token of [{login.name}]",
                at=at,
                remedy=f"triage login {login.name}{option}",
                life=life,
            )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _end_of_token(
    app: MicrosoftTable | GoogleTable | IssuerTable, path: Path
) -> tuple[datetime | None, timedelta | None]:
    """Return when it ends, and for how long it was good."""
    try:
        kept = TokenFile(path).read()
    except ConfigError:
        return None, None
    if kept.expires_at is None and isinstance(app, MicrosoftTable):
        at = None if kept.renewed_at is None else kept.renewed_at + UNUSED_LIFE
        return at, UNUSED_LIFE
    return kept.expires_at, kept.life


def names_of_expiries(config: Config) -> Iterator[str]:
    """Yield the names of all that may be known to come to its end."""
    for login in logins_in(config):
        app = login.oauth.app
        if app is not None and app.expires is not None:
            yield f"{login.name}.client_secret"
        if app is not None and app.refresh_token_file is not None:
            yield f"{login.name}.refresh_token"


@dataclass(frozen=True)
class TypedLogin:
    """A first login under way: a person types a code."""

    prompt: Prompt
    file: Path

    def finish(self, wait: Callable[[float], None] = sleep) -> None:
        """Wait for the person, and keep what they agreed to; raises TriageError."""
        TokenFile(self.file).begin(logged_in(self.prompt, wait), now())


@dataclass(frozen=True)
class PastedLogin:
    """A first login under way: a person pastes where the browser ended."""

    address: str
    consent: Consent
    file: Path

    def finish(self, pasted: str) -> None:
        """Keep what they agreed to; raises TriageError."""
        TokenFile(self.file).begin(self.consent.granted(pasted), now())


def begin_login(path: Path, name: str) -> TypedLogin | PastedLogin:
    """Begin a person's first login at an issuer; raises ConfigError."""
    config = load_config(path)
    login = next((each for each in logins_in(config) if each.name == name), None)
    if login is None:
        raise ConfigError(f"[{name}] does not log in with tokens: it has no oauth")
    table = login.oauth.app
    if table is None or table.refresh_token_file is None:
        raise ConfigError(
            f"oauth of [{name}] has no refresh_token_file, and needs nobody to log in"
        )
    app, file = _app(login.user, login.oauth, now), table.refresh_token_file
    match app:
        case Google():
            return PastedLogin(*app.begin_consent(), file)
        case Microsoft() | OpenIssuer():
            return TypedLogin(app.begin_login(), file)
        case _:
            raise ConfigError(f"nobody can log in at {app.name} from here")
