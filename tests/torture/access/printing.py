"""What officers and scripts get to see after mails made to steer what shows them.

Every command prints, every file is written, the log is read: no octet of a stranger may
act on a terminal, a spreadsheet, a browser, a script, a log or the file system.
"""

import csv
import io
import json
import re
import tomllib
import unicodedata
import zipfile
from collections.abc import Iterator
from email.base64mime import header_encode
from pathlib import Path

from tests.torture.access.house import ATTACKER, House, Post, post
from tests.torture.access.looking import html_faults
from tests.torture.access.replying import MARK
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from triage.wiring.logs import KEYS

LOG_KEYS = frozenset({"message", "level", "timestamp", *KEYS, "exception"})
FORMULA = "=+-@|%\t\r\uff1d\uff0b\uff0d\uff20"
_MARKED_TAG = re.compile(rf"<[^<>]*{MARK}", re.IGNORECASE)
POISONS = tuple(
    words.replace("MARK", MARK)
    for words in (
        "\x1b]0;MARK\x07\x1b[2J\x1b[31mMARK",
        "\x9b31mMARK\x9dMARK\x9c",
        "=cmd|'/C calc'!A0MARK",
        "+MARK", "@SUM(1)MARK", "-2+3MARK", "\t=MARK", "\uff1dMARK",
        "<script>MARK</script>", '"><img src=x onerror=MARK>', "<svg/onload=MARK>",
        "javascript:MARK", "\u202eMARK\u2066MARK\u200b\U000e0041",
        'MARK\n{"message": "MARK all is well", "level": "info"}',
        "MARK\r\n* 1 FETCH (FLAGS (\\Deleted))\r\nA1 DELETE INBOX",
        "MARK\u2028MARK\u0085MARK\x0cMARK",
        "MARK'; DROP TABLE cases; --", 'MARK" OR ""="',
        "../../../../tmp/MARK", "C:\\MARK", "/etc/MARK\x00.txt",
        "{{ MARK.__class__ }}", "%s%n%x{0}MARK", "$(touch MARK)`MARK`",
        'MARK"""\n[[rule]]\nid = "MARK"\n', "MARK'''\n[modes]\nat_most = \"live\"\n",
        "(MARK+)+$ [MARK", "\\MARK\\", "MARK\ud800",
    )
)  # fmt: skip


def print_their_words(ground: Ground) -> Outcome:
    """Deliver poisoned mails, and look at everything that shows them."""
    with House(ground, log_level="info") as house:
        posts = list(poisoned())
        house.deliver(*posts)
        out = ground.folder / "out"
        out.mkdir()
        around = _around(ground.folder)
        findings = list(_log_faults(house))
        references = [
            row["reference"] for row in house.rows("SELECT reference FROM cases")
        ]
        if len(references) < len(posts) // 2:
            raise LookupError("most of the mails opened no case")
        shown = bearing = 0
        for name, text in _everything(house, references, out):
            shown += 1
            bearing += MARK in text.lower()
            findings += (Finding("access", name, fault) for fault in faults(name, text))
        findings += _files(around, ground.folder)
    if not bearing:
        raise LookupError("no output shows a word of theirs: nothing was tried")
    note = f"{shown} outputs of {len(references)} cases, {bearing} with such words"
    return Outcome(cases=len(posts), findings=tuple(findings), note=note)


def poisoned() -> Iterator[Post]:
    """Yield mails with each poison in each place that somebody is shown."""
    for number, words in enumerate(POISONS):
        who = f"mallory{number}@evil.example"
        plain = " ".join(words.replace("\x00", "").split("\r\n"))
        folded = plain.replace("\n", " ")
        encoded = header_encode(words.encode("utf-8", "replace"), "utf-8")
        yield post(sender=who, subject=f"Complaint {folded}", text=f"{words} {_CENTRE}")
        yield post(sender=who, subject=encoded.join(("Complaint ", "")), text=words)
        yield post(sender=who, name=encoded, text=f"My name is {words}. {_CENTRE}")
        yield post(sender=who, fields={"Message-ID": f"<{folded}@evil.example>"})
        yield post(sender=f'"{folded}"@evil.example', path=ATTACKER)
        yield _with_file(who, folded, encoded)


_CENTRE = "Our centre number is IN123, candidate number 4711, syllabus 0580."


def _with_file(who: str, plain: str, encoded: str) -> Post:
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    lines = (
        "--b",
        "Content-Type: text/html; charset=utf-8",
        "",
        f"<p>The website failed. {plain}</p>",
        "--b",
        f'Content-Type: application/pdf; name="{encoded}"',
        f'Content-Disposition: attachment; filename="{quoted}"',
        "",
        "x",
        "--b--",
    )
    field = {"Content-Type": 'multipart/mixed; boundary="b"'}
    return post(sender=who, fields=field, text="\r\n".join(lines))


def _log_faults(house: House) -> Iterator[Finding]:
    """Take all up in a process of its own, which logs as shipped."""
    done = house.command("run", "--once")
    if done.returncode != 0:
        raise LookupError(done.stderr.decode()[-500:])
    log = done.stderr.decode()
    for fault in (*terminal_faults(log), *log_faults(log)):
        yield Finding("access", "log", fault)


def log_faults(log: str) -> Iterator[str]:
    """Yield lines that are none of ours, and words of senders."""
    for line in log.splitlines():
        if not _is_of_the_log(line):
            yield f"a line is none of the log's: {line[:60]!r}"
        if MARK in line.lower():
            yield "a sender's words"


def _is_of_the_log(line: str) -> bool:
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and found.keys() <= LOG_KEYS


def _everything(
    house: House, references: list[str], out: Path
) -> Iterator[tuple[str, str]]:
    """Yield what every command prints and every file holds that they write."""
    first, last = references[0], references[-1]
    for reference in references[:: max(len(references) // 6, 1)]:
        house.says("case", "reroute", reference, "review", "--why", "x", "--by", "y")
        for words in (
            ("case", "show"), ("explain",), ("audit", "show"), ("case", "example"),
            ("sender", "show"),
        ):  # fmt: skip
            yield _printed(house, *words, reference)
    commands: tuple[tuple[str, ...], ...] = (
        ("case", "list"), ("case", "list", "--debt"), ("outbox", "list", "--all"),
        ("sender", "list"), ("due",), ("status",), ("subject", "requests"),
        ("rules", "stats"), ("audit", "verify"), ("outbox", "show", "1"),
        ("subject", "find", first), ("subject", "erase", first),
        ("explain", "-v", first), ("explain", "--reply", last),
        ("case", "list", "--csv"), ("case", "list", "--json"),
        ("case", "show", first, "--json"), ("explain", "--json", last),
        ("sender", "show", first, "--json"), ("status", "--json"), ("due", "--json"),
        ("outbox", "list", "--all", "--json"), ("audit", "show", last, "--json"),
        ("retention", "list"), ("sender", "list", "--json"),
    )  # fmt: skip
    for command in commands:
        yield _printed(house, *command)
    yield from _written(house, first, out)


def _printed(house: House, *words: str) -> tuple[str, str]:
    printed, complained = house.says(*words)
    if "Usage:" in complained:
        raise LookupError(f"{' '.join(words)}: {complained[-800:]}")
    return " ".join(words), printed + complained


def _written(house: House, first: str, out: Path) -> Iterator[tuple[str, str]]:
    day = ("--from", "2026-01-01", "--to", "2027-12-31")
    page, table, archive = out / "report.html", out / "report.csv", out / "export.zip"
    yield _printed(house, "report", *day, "--html", str(page), "--no-open")
    yield "report.html", page.read_text("utf-8")
    yield _printed(house, "report", *day, "--csv", str(table))
    yield "report.csv", table.read_text("utf-8")
    yield _printed(house, "subject", "export", first, str(archive), "--by", "y")
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if not re.fullmatch(r"(README\.txt|\w+\.json|\w+/\d+\.eml)", name):
                yield "export's names --json", name
        yield "cases.json --json", opened.read("cases.json").decode()
    yield _printed(house, "backup", "create", str(out / "backup"))


def faults(name: str, text: str) -> Iterator[str]:
    """Yield what in an output could act, by what kind of output it is."""
    if "json" in name:
        yield from json_faults(text)
    elif "csv" in name:
        yield from csv_faults(text.removeprefix("\ufeff"))
    elif name.endswith(".html"):
        yield from html_faults(text)
        if _MARKED_TAG.search(text):
            yield "a sender's words within a tag"
    else:
        yield from terminal_faults(text)
        if name.startswith("case example"):
            yield from toml_faults(text)


def terminal_faults(text: str) -> Iterator[str]:
    for character in sorted(set(text) - {"\n"}):
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            yield f"U+{ord(character):04X} could steer a terminal, or hide words"


def csv_faults(text: str) -> Iterator[str]:
    yield from terminal_faults(text.replace("\r\n", "\n"))
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell.lstrip()[:1] in FORMULA and cell.strip() and not _is_number(cell):
                yield f"a cell is a formula: {cell[:20]!r}"


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?%?", cell) is not None


def json_faults(text: str) -> Iterator[str]:
    if any(ord(character) < 32 and character not in "\n\r" for character in text):
        yield "a control character stands bare"
    try:
        json.loads(text)
    except ValueError:
        for line in text.splitlines():
            try:
                json.loads(line)
            except ValueError:
                yield f"it is no JSON: {line[:40]!r}"
                return


def toml_faults(text: str) -> Iterator[str]:
    """An offered example is one example and nothing else, whatever the mail said."""
    if "[[example]]" not in text:
        return
    offered = text[text.index("[[example]]") :]
    try:
        found = tomllib.loads(offered)
    except tomllib.TOMLDecodeError as error:
        yield f"it is no TOML: {error}"
        return
    if set(found) != {"example"} or len(found["example"]) != 1:
        yield f"it is more than an example: {', '.join(found)}"


def _around(folder: Path) -> set[Path]:
    places = (Path("/tmp"), Path.cwd(), folder, folder.parent)  # noqa: S108 - looked at
    return {each for place in places for each in place.glob("*")}


def _files(before: set[Path], folder: Path) -> Iterator[Finding]:
    for path in (*(_around(folder) - before), *folder.rglob("*"), Path("/etc") / MARK):
        if MARK in path.name.lower() and path.exists():
            yield Finding("access", path.name, "a sender named a file")
