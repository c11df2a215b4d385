"""How long parsing takes, by kind and size of mail, and what memory a large one needs.

    python bench/parse.py           made-up mails
    python bench/parse.py DIR       the .eml files of DIR as well

Times are processor time per mail, the best of five rounds; each mail has a sender.
"""

import base64
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from triage.message import parse, peek

ROUNDS = 5
PARAGRAPH = (
    "I asked the office three times about the certificate, and nobody has told me where"
    " it went."
)
END = "Kind regards\r\nAnn Reader\r\n"


def head(number: int) -> str:
    return (
        f"Return-Path: <ann{number}@readers.example>\r\n"
        "Received: from a.example by b.example; Tue, 24 Mar 2026 13:10:12 +0000\r\n"
        f"From: Ann Reader <ann{number}@readers.example>\r\n"
        "To: complaints@library.example\r\nSubject: Complaint\r\n"
        "Date: Tue, 24 Mar 2026 13:10:12 +0000\r\n"
        f"Message-ID: <{number}@readers.example>\r\nMIME-Version: 1.0\r\n"
    )


def plain_text(octets: int) -> str:
    return f"{PARAGRAPH}\r\n\r\n" * (octets // len(PARAGRAPH) + 1) + END


def html_text(octets: int) -> str:
    line = f'<p class=MsoNormal><span style="font-size:11pt">{PARAGRAPH}</span></p>\r\n'
    return f"<html><body>{line * (octets // len(line) + 1)}<p>{END}</p></body></html>"


def plain(number: int, octets: int) -> bytes:
    return f"{head(number)}\r\n{plain_text(octets)}".encode()


def html(number: int, octets: int) -> bytes:
    return f"{head(number)}Content-Type: text/html\r\n\r\n{html_text(octets)}".encode()


def both(number: int, octets: int) -> bytes:
    return (
        f"{head(number)}Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\n{plain_text(octets // 3)}\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{html_text(octets * 2 // 3)}\r\n"
        "--b--\r\n"
    ).encode()


def enclosing(number: int, octets: int) -> bytes:
    content = base64.encodebytes(bytes(octets * 3 // 4))
    return (
        (
            f"{head(number)}Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/plain\r\n\r\n{plain_text(500)}\r\n"
            "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode()
        + content
        + b"--b--\r\n"
    )


MAKERS = {"plain": plain, "HTML": html, "both": both}
SIZES = {1_000: 200, 2_000: 200, 50_000: 20}


def report(title: str, raws: Sequence[bytes], read: Callable[[bytes], object]) -> None:
    best = min(round_of(raws, read) for _ in range(ROUNDS))
    mean = sum(map(len, raws)) // len(raws)
    print(f"{title:24} {mean:10,} octets {best / len(raws) * 1000:8.3f} ms")


def round_of(raws: Sequence[bytes], read: Callable[[bytes], object]) -> float:
    begun = process_time()
    for raw in raws:
        read(raw)
    return process_time() - begun


def main() -> None:
    numbers = iter(range(1_000_000))
    for kind, make in MAKERS.items():
        for octets, count in SIZES.items():
            report(kind, [make(next(numbers), octets) for _ in range(count)], parse)
    report("attachment", [enclosing(next(numbers), 5_000_000)], parse)
    headers = [head(next(numbers)).encode() for _ in range(2_000)]
    report("peek", headers, peek)
    for folder in map(Path, sys.argv[1:]):
        mails = [file.read_bytes() for file in sorted(folder.glob("*.eml"))]
        report(folder.name, mails, parse)
    large = enclosing(0, 25_000_000)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = peak()
    parse(large)
    print(f"a mail of {len(large):,} octets needs {peak() - before:,} kB beside itself")


def peak() -> int:
    """The most memory that this process has used, in kB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
