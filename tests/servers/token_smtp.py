"""An SMTP server that takes tokens alone, and asks an issuer whether they are good."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult
from typing_extensions import override

from tests.servers.issuer import TokenIssuer
from triage.demo.servers import Certificate, SmtpSink


class TokenSmtp(SmtpSink):
    """Takes mail after XOAUTH2 or OAUTHBEARER, as far as they are offered."""

    def __init__(
        self,
        issuer: TokenIssuer,
        mechanisms: Sequence[str] = ("XOAUTH2",),
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__(user="nobody", password="", certificate=certificate)
        self._issuer = issuer
        for each in mechanisms:
            # aiosmtpd offers what its handler has a method for.
            setattr(self, f"auth_{each}", self._taking)
        self.refuses = False
        """Whether no token is good enough."""
        self.logins: list[tuple[str, bool]] = []
        """By which mechanism, and whether it was let in."""
        self.after_challenge: list[bytes] = []
        """What clients answered to a challenge that said why not."""

    async def _taking(self, server: SMTP, arguments: list[str]) -> AuthResult:
        mechanism = arguments[0]
        said = await self._said(server, arguments)
        if isinstance(said, bytes) and self._is_good(mechanism, said):
            self.logins.append((mechanism, True))
            return AuthResult(success=True, handled=True, auth_data=mechanism)
        self.logins.append((mechanism, False))
        reason = {"status": "invalid_token", "schemes": "bearer"}
        answer: Any = await server.challenge_auth(json.dumps(reason))
        if answer is not MISSING:
            self.after_challenge.append(bytes(answer))
        return AuthResult(success=False, handled=False)

    async def _said(self, server: SMTP, arguments: list[str]) -> Any:
        if len(arguments) > 1:
            return base64.b64decode(arguments[1])
        return await server.challenge_auth("")

    def _is_good(self, mechanism: str, said: bytes) -> bool:
        user = self._issuer.state.user
        opening = {"XOAUTH2": f"user={user}\x01", "OAUTHBEARER": f"n,a={user},\x01"}
        text = said.decode()
        token = text.partition("auth=Bearer ")[2].partition("\x01")[0]
        return not self.refuses and (
            text.startswith(opening[mechanism])
            and text.endswith("\x01\x01")
            and self._issuer.knows(token)
        )

    @override
    def _authenticated(self, *_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)
