"""Mail servers that people really have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Login = Literal["password", "microsoft", "google"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What is known of a kind of server before anything is asked."""

    title: str
    login: Login
    imap_host: str | None = None
    """None: asked for."""
    smtp_host: str | None = None
    smtp_security: str = "tls"
    witness: str = "copy"
    sent_folder: str = "Sent"


PRESETS: Mapping[str, Preset] = {
    "microsoft": Preset(
        title="Microsoft 365",
        login="microsoft",
        imap_host="outlook.office365.com",
        smtp_host="smtp.office365.com",
        smtp_security="starttls",
        sent_folder="Sent Items",
    ),
    "google": Preset(
        title="Google Workspace",
        login="google",
        imap_host="imap.gmail.com",
        smtp_host="smtp.gmail.com",
        witness="sent",
        sent_folder="[Gmail]/Sent Mail",
    ),
    "own": Preset(
        title="servers of our own, as Dovecot with Postfix", login="password"
    ),
}
