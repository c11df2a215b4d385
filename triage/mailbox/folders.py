"""Folder names as a person writes them, and as a server spells them."""

from dataclasses import dataclass

from triage.errors import ConfigError

_WILDCARDS = frozenset("%*")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A server's way to write the folders of one user (RFC 9051 §5.1, RFC 2342).

    `delimiter` is '' on a server without hierarchy; `prefix` ends with the delimiter.
    """

    delimiter: str = "/"
    prefix: str = ""

    def of(self, folder: str) -> str:
        """Return the server's name of a folder written with `/`.

        Raises ConfigError where this server cannot have such a name.
        """
        parts = folder.split("/")
        if parts[0].upper() == "INBOX":
            parts[0] = "INBOX"
        if len(parts) > 1 and not self.delimiter:
            raise ConfigError(
                f'the folder "{folder}": this server has no folders in folders'
            )
        if self.delimiter != "/" and any(
            self.delimiter in part for part in parts if self.delimiter
        ):
            raise ConfigError(
                f'the folder "{folder}": this server divides folders by '
                f'"{self.delimiter}", so no name can contain it'
            )
        name = self.delimiter.join(parts)
        if name == "INBOX" or name.startswith(self.prefix):
            return name
        return self.prefix + name

    def read(self, name: str) -> str:
        """Return a folder as a person writes it, from the server's name of it."""
        if name != "INBOX":
            name = name.removeprefix(self.prefix)
        if self.delimiter in ("", "/"):
            return name
        return name.replace(self.delimiter, "/")


def folder_problems(folder: str) -> list[str]:
    """Say what is wrong with a folder's name; empty when nothing is."""
    parts = folder.split("/")
    problems = []
    if not all(parts):
        problems.append(f'"{folder}" is empty, or begins or ends with "/", or has "//"')
    if not folder.isprintable():
        problems.append(f"{folder!a} has characters that cannot be typed")
    if any(part != part.strip() for part in parts):
        problems.append(f'"{folder}" has spaces at the end of a name')
    if _WILDCARDS & set(folder):
        problems.append(
            f'"{folder}" has "%" or "*", which a server takes for wildcards'
        )
    return problems
