"""An issuer of tokens on loopback, which can expire, revoke, rotate and fail.

It also tells mail servers whether a token is good, as introspection does (RFC 7662).
"""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

from triage.demo.servers import HOST, Certificate

CLIENT, SECRET = "triage-client", "client & secret"
SLOW_SECONDS = 30.0


class Grant(StrEnum):
    """What a client may ask with."""

    CLIENT = "client_credentials"
    REFRESH = "refresh_token"
    CODE = "authorization_code"
    DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
    JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class Asked:
    """A request for a token."""

    path: str
    form: Mapping[str, str]
    client: str | None
    """Who asked, with the right secret or as a public client."""


Fault = Callable[["_Handler"], None]


@dataclass
class _State:
    user: str
    expires_in: int | None = 3600
    rotates: bool = True
    overlaps: bool = False
    """A refresh token is good until that which came for it was used."""
    refresh_expires_in: int | None = None
    padding: int = 0
    """So many octets longer are tokens, as real ones are."""
    faults: deque[Fault] = field(default_factory=deque)
    """What happens instead, once each."""
    pending: deque[str] = field(default_factory=deque)
    """Errors that a device code is answered with, once each."""
    asked: list[Asked] = field(default_factory=list)
    access: dict[str, float] = field(default_factory=dict)
    """Good access tokens, with the monotonic second of their end."""
    refresh: set[str] = field(default_factory=set)
    before: dict[str, str] = field(default_factory=dict)
    """By a refresh token, which one was good before it and still is."""
    looked_up: int = 0
    """How often a mail server asked about a token, which it does at each login."""
    shown: list[str] = field(default_factory=list)
    """Every secret that was given to anybody."""


class TokenIssuer:
    """Gives tokens for one user until the `with` block ends."""

    def __init__(self, user: str, certificate: Certificate | None = None) -> None:
        self.state = _State(user)
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), _Handler)
        self._server.daemon_threads = True
        self._server.issuer = self  # type: ignore[attr-defined]  # handlers find it there
        self._scheme = "http"
        if certificate is not None:
            self._scheme = "https"
            self._server.socket = certificate.context().wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def address(self) -> str:
        return f"{self._scheme}://{HOST}:{self._server.server_address[1]}"

    @property
    def token_url(self) -> str:
        return f"{self.address}/token"

    @property
    def asked(self) -> list[Asked]:
        """Requests for tokens, in their order."""
        with self.lock:
            return list(self.state.asked)

    def new_refresh_token(self) -> str:
        """Agree, as a person does in a browser."""
        with self.lock:
            token = self._secret("refresh")
            self.state.refresh.add(token)
            return token

    def expire(self) -> None:
        """End every access token now, whatever was said of it."""
        with self.lock:
            self.state.access.clear()

    def revoke(self) -> None:
        """End every refresh token now."""
        with self.lock:
            self.state.refresh.clear()

    def knows(self, token: str) -> bool:
        """Tell whether an access token is good."""
        with self.lock:
            return self.state.access.get(token, 0.0) > time.monotonic()

    def fail(self, *faults: Fault) -> None:
        """Do something else at the next requests, once each."""
        with self.lock:
            self.state.faults.extend(faults)

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, Any]]:
        """Answer a request for a token."""
        with self.lock:
            self.state.asked.append(asked)
            if asked.client is None:
                return 401, {"error": "invalid_client", "error_description": SECRET}
            return self._by_grant(asked.form)

    def _by_grant(self, form: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        match form.get("grant_type"):
            case Grant.CLIENT | Grant.JWT:
                return 200, self._given()
            case Grant.REFRESH:
                return self._refreshed(form.get("refresh_token", ""))
            case Grant.CODE:
                return self._redeemed(form)
            case Grant.DEVICE if not self.state.pending:
                return self._agreed()
            case Grant.DEVICE:
                return 400, {"error": self.state.pending.popleft()}
            case _:
                return 400, {"error": "unsupported_grant_type"}

    def _redeemed(self, form: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        challenge = challenge_of(form.get("code_verifier", ""))
        if form.get("code") != f"code for {challenge}":
            return 400, {"error": "invalid_grant"}
        return self._agreed()

    def _agreed(self) -> tuple[int, Mapping[str, Any]]:
        return 200, {**self._given(), "refresh_token": self.new_refresh_token()}

    def _refreshed(self, token: str) -> tuple[int, Mapping[str, Any]]:
        if token not in self.state.refresh:
            description = f"the token {token} was revoked"
            return 400, {"error": "invalid_grant", "error_description": description}
        more: dict[str, Any] = {}
        self.state.refresh.discard(self.state.before.pop(token, ""))
        if self.state.rotates:
            more["refresh_token"] = self._next(token)
        if self.state.refresh_expires_in is not None:
            more["refresh_expires_in"] = self.state.refresh_expires_in
        return 200, {**self._given(), **more}

    def _next(self, token: str) -> str:
        found = self.new_refresh_token()
        if self.state.overlaps:
            self.state.before[found] = token
        else:
            self.state.refresh.remove(token)
        return found

    def _given(self) -> dict[str, Any]:
        token = self._secret("access")
        lasts = self.state.expires_in
        self.state.access[token] = time.monotonic() + (3600 if lasts is None else lasts)
        given = {"access_token": token, "token_type": "Bearer"}
        return given if lasts is None else {**given, "expires_in": lasts}

    def _secret(self, kind: str) -> str:
        token = f"{kind}-{secrets.token_urlsafe(24)}{'x' * self.state.padding}"
        self.state.shown.append(token)
        return token


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def issuer(self) -> TokenIssuer:
        found: TokenIssuer = self.server.issuer  # type: ignore[attr-defined]  # see there
        return found

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/introspect":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            with self.issuer.lock:
                self.issuer.state.looked_up += 1
            good = self.issuer.knows(token)
            user = self.issuer.state.user
            self.say(200, {"active": good, **({"username": user} if good else {})})
        elif path.endswith("/.well-known/openid-configuration"):
            here = f"{self.issuer.address}/tenant"
            self.say(
                200,
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "device_authorization_endpoint": f"{here}/device",
                },
            )
        else:
            self.say(404, {"error": "not_found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        with self.issuer.lock:
            faults = self.issuer.state.faults
            fault = faults.popleft() if faults else None
        asked = Asked(urlsplit(self.path).path, form, self._client(form))
        if fault is not None:
            with self.issuer.lock:
                self.issuer.state.asked.append(asked)
            fault(self)
        elif asked.path.endswith("/device"):
            self.say(200, device_of(self.issuer))
        else:
            self.say(*self.issuer.answer(asked))

    def _client(self, form: Mapping[str, str]) -> str | None:
        if form.get("grant_type") == Grant.JWT:
            return "service account"
        authorization = self.headers.get("Authorization", "")
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            named = parse_qs(f"id={pair.replace(':', '&secret=')}")
            given = named["id"][0], named["secret"][0]
        else:
            given = form.get("client_id", ""), form.get("client_secret", SECRET)
        return CLIENT if given == (CLIENT, SECRET) else None

    def say(self, status: int, answer: Mapping[str, Any]) -> None:
        self.put(status, json.dumps(answer).encode())

    def put(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        # Who asks may be gone by then.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.end_headers()
            self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def challenge_of(verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def device_of(issuer: TokenIssuer) -> Mapping[str, Any]:
    return {
        "device_code": issuer._secret("device"),
        "user_code": "ABCD-EFGH",
        "verification_uri": "https://issuer.example/device",
        "expires_in": 900,
        "interval": 1,
    }


def down(handler: _Handler) -> None:
    """Answer as an issuer that has trouble."""
    handler.put(500, b"<html>Internal Server Error</html>")


def garbage(handler: _Handler) -> None:
    handler.put(200, b"\x00\xff{{{")


def page(handler: _Handler) -> None:
    """Answer as a portal that wants somebody to log in."""
    handler.put(200, b"<html><body>Log in to the network</body></html>")


def too_many(handler: _Handler) -> None:
    handler.put(429, b"{}", **{"Retry-After": "86400"})


def hung_up(handler: _Handler) -> None:
    handler.close_connection = True


def huge(handler: _Handler) -> None:
    handler.put(200, b'{"access_token": "' + b"x" * 1_000_000 + b'"}')


def slow(handler: _Handler) -> None:
    """Take the request and say nothing until the end."""
    handler.issuer.closing.wait(SLOW_SECONDS)


def dripping(handler: _Handler) -> None:
    """Give the answer by single octets, each in good time."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(int(SLOW_SECONDS * 10)):
        if handler.issuer.closing.wait(0.1):
            break
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            break


def living(lasts: Any) -> Fault:
    """Give a good token with a life that makes no sense."""

    def fault(handler: _Handler) -> None:
        issuer = handler.issuer
        with issuer.lock:
            given = issuer._given()
        handler.say(200, {**given, "expires_in": lasts})

    return fault


def answer_lost(handler: _Handler) -> None:
    """Give the next refresh token to a connection that is gone."""
    issuer = handler.issuer
    with issuer.lock:
        issuer._refreshed(issuer.state.asked[-1].form["refresh_token"])
    handler.close_connection = True


def elsewhere(handler: _Handler) -> None:
    handler.put(302, b"{}", Location="https://elsewhere.example/token")


def refusing(code: str, **more: Any) -> Fault:
    """Refuse with an error code."""
    return lambda handler: handler.say(
        400, {"error": code, "error_description": f"about {SECRET}", **more}
    )


def saying(answer: Mapping[str, Any]) -> Fault:
    return lambda handler: handler.say(200, answer)
