"""A certificate authority of one's own, made by the openssl command."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from triage.demo.servers import Certificate

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def has_openssl() -> bool:
    return shutil.which("openssl") is not None


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority whose certificate a client must be told to trust."""

    folder: Path
    within: tuple[str, ...] = ()
    """A command that runs openssl, say with another clock."""

    @classmethod
    def new(
        cls, folder: Path, days: int = 2, within: tuple[str, ...] = ()
    ) -> "Authority":
        authority = cls(folder, within)
        authority._openssl(
            "req", "-x509", *_NEW_KEY, "-days", str(days),
            "-subj", "/CN=Test authority",
            "-keyout", authority.key, "-out", authority.ca_file,
        )  # fmt: skip
        return authority

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def key(self) -> Path:
        return self.folder / "ca.key"

    def issue(self, name: str, *, hosts: str, days: int = 2) -> Certificate:
        """Return a certificate for hosts such as `DNS:localhost,IP:127.0.0.1`."""
        cert, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={hosts}\n")
        self._openssl(
            "req", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request
        )
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.ca_file, "-CAkey", self.key,
            "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", cert,
        )  # fmt: skip
        return Certificate(cert, key)

    def _openssl(self, *arguments: str | Path) -> None:
        command = (*self.within, "openssl", *arguments)
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the system's own
