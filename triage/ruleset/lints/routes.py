"""Routes that nothing leads to, that turn away too easily, or that cannot be filed."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from triage.errors import Problem
from triage.ruleset.checks import Path, decision_folders
from triage.ruleset.lints.written import Written
from triage.ruleset.schema import Automatic, Guard, Route, Rule

WILDCARDS = "%*"
LONGEST_NAME = 255
"""Octets of one folder's name on common servers."""
_ALIKE = 0.9
"""Of two names: `Redirectd` and `Redirected` are, `Formal` and `Informal` are not."""
OF_THE_SERVER = ("#", "~")
"""They begin names of other users and of news (RFC 9051 §5.1)."""


def unreached_routes(written: Written) -> Iterator[Problem]:
    """A route that no line leads to and that the guard does not fall back on."""
    fallback = written.guard.otherwise if written.guard else None
    for path, route in written.of(Route):
        if route.id != fallback and not written.lines_to[route.id]:
            yield written.at(
                (*path, "id"),
                f"no line of the decision table leads to the route `{route.id}`",
                f'write a [[rule]] with route = "{route.id}"',
            )


def open_guard(written: Written) -> Iterator[Problem]:
    """A guard that lets every redirection pass."""
    guard = written.guard
    if guard is None or not any(r.redirects for r in written.routes.values()):
        return
    for key, value, means in (
        ("points", guard.points, "a main topic without any points is enough"),
        ("margin", guard.margin, "a matter that people work on need not be behind"),
    ):
        if value < 1:
            yield written.at(
                ("guard", key),
                f"`{key}` of the guard is {value}: {means} to turn somebody away",
                "write at least 1",
            )


def guard_falls_back_on_redirection(written: Written) -> Iterator[Problem]:
    """A guard whose own route turns people away."""
    guard = written.guard
    route = written.routes.get(guard.otherwise) if guard else None
    if route is not None and route.redirects:
        yield written.at(
            ("guard", "otherwise"),
            f"`{route.id}` redirects: whom the guard keeps from being turned away"
            " would be turned away all the same",
            "name a route that people work on",
        )


def silent_redirections(written: Written) -> Iterator[Problem]:
    """A redirecting route that tells the writer nothing."""
    for path, route in written.of(Route):
        if route.redirects and route.template is None:
            yield written.at(
                (*path, "id"),
                f"the route `{route.id}` redirects and has no template: the writer is"
                " turned away without a word",
                'give it template = "…"',
            )


def unguarded_redirections(written: Written) -> Iterator[Problem]:
    """A line that turns people away on too little, or that nothing can hold back."""
    for path, route in written.of(Route):
        if route.redirects:
            for place, rule in written.lines_to[route.id]:
                yield from _unguarded(written, place, rule, route)
        elif route.contrary:
            yield written.at(
                (*path, "contrary"),
                f"`contrary` does nothing: the route `{route.id}` does not redirect",
            )


def _unguarded(
    written: Written, path: Path, rule: Rule, route: Route
) -> Iterator[Problem]:
    if not (rule.topic or rule.touches or rule.all or rule.any):
        yield written.at(
            (*path, "id"),
            f"the line `{rule.id}` turns people away whatever they write about",
            "ask for what the matter is: topic, touches, all or any",
        )
    guard = written.guard or Guard(otherwise=route.id)
    contrary = (*route.contrary, *guard.contrary)
    held_back = (rule.none, rule.touches_none, rule.unless, contrary)
    if not rule.role and not any(held_back):
        yield written.at(
            (*path, "id"),
            f"nothing holds the line `{rule.id}` back from turning somebody away: it"
            " asks for no role and forbids nothing",
            f"give it role, none, touches_none or unless, or give the route"
            f" `{route.id}` contrary signals",
        )


def folders(written: Written) -> Iterator[tuple[Path, str]]:
    """Yield every folder that mail is moved into, and where it is named."""
    for path, route in written.of(Route):
        yield (*path, "folder"), route.folder
    automatic = written.entries.first(Automatic)
    if automatic is not None and automatic.folder is not None:
        yield ("automatic", "folder"), automatic.folder
    yield from decision_folders(written.entries)


def impossible_folders(written: Written) -> Iterator[Problem]:
    """A folder's name that an IMAP server cannot hold."""
    for path, folder in folders(written):
        for fault in _faults(folder):
            yield written.at(
                path,
                f'no mailbox can have the folder "{folder}": {fault}'
                if folder.isprintable()
                else f"no mailbox can have the folder {folder!a}: {fault}",
                'write it as "Complaints/To be decided"',
            )


def _faults(folder: str) -> Iterator[str]:
    names = folder.split("/")
    if not all(names):
        yield 'a name is empty: it begins or ends with "/", or has "//"'
    if not folder.isprintable():
        yield "it has characters that cannot be typed"
    if any(name != name.strip() for name in names):
        yield "a name begins or ends with a space"
    if any(mark in folder for mark in WILDCARDS):
        yield 'servers take "%" and "*" for wildcards'
    if folder.startswith(OF_THE_SERVER):
        yield f'servers keep names that begin with "{folder[0]}" to themselves'
    if any(len(_on_the_wire(name)) > LONGEST_NAME for name in names):
        yield f"a name is longer than {LONGEST_NAME} octets"


def _on_the_wire(name: str) -> bytes:
    """About as long as in modified UTF-7 (RFC 3501 §5.1.3)."""
    return name.encode("utf-7", errors="replace")


def folders_apart_by_case(written: Written) -> Iterator[Problem]:
    """Folders that differ in capitals only: some servers make one of them."""
    first: dict[str, tuple[str, Path]] = {}
    for path, folder in folders(written):
        names = folder.split("/")
        for length in range(1, len(names) + 1):
            above = "/".join(names[:length])
            other, place = first.setdefault(above.casefold(), (above, path))
            if other != above:
                yield written.at(
                    path,
                    f'the folder "{above}" is written "{other}" elsewhere'
                    f" ({written.line_of(place)})",
                    "some servers make one folder of the two, some make two: write"
                    " them alike",
                )
                break


def folders_that_look_mistyped(written: Written) -> Iterator[Problem]:
    """A folder around others that only one entry names, and nearly as others do."""
    named = [(path, _above(folder)) for path, folder in folders(written)]
    usual = Counter(above for _, all_above in named for above in all_above)
    often = [above for above, times in usual.items() if times > 1]
    for path, all_above in named:
        for above in all_above:
            meant = next((other for other in often if _is_like(above, other)), None)
            if usual[above] == 1 and meant is not None:
                told = f'no other folder stands in "{above}"'
                yield written.at(path, told, f"did you mean `{meant}`?")
                break


def _above(folder: str) -> list[str]:
    """The folders around a folder, the outermost first."""
    names = folder.split("/")
    return ["/".join(names[:length]) for length in range(1, len(names))]


def _is_like(folder: str, other: str) -> bool:
    """Whether two folders in the same one differ by a slip of the pen."""
    (around, _, name), (other_around, _, other_name) = (
        folder.casefold().rpartition("/"),
        other.casefold().rpartition("/"),
    )
    ratio = SequenceMatcher(None, name, other_name, autojunk=False).ratio()
    return around == other_around and name != other_name and ratio >= _ALIKE
