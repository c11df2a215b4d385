"""Mails that cost as much as a sender can make them cost, as they would come in.

Those made against parsers stand in tests/message; here are those against what is done
with a mail afterwards: words looked for, people and cases looked up, letters tied.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.message.test_hostile import HOSTILE
from tests.torture.access.blocking import report
from tests.torture.access.house import ATTACKER, Post, post
from tests.torture.shipped_rules import AUTHSERV
from triage import shipped

_LARGE = 300_000
_MANY = 5_000
_HEAD = (
    f"From: {ATTACKER}\r\nSubject: Complaint about your website\r\n"
    "Message-ID: <%d@costly.example>\r\n"
)


def costly() -> Iterator[tuple[str, Post]]:
    """Yield mails and what is costly in each."""
    for number, (name, make) in enumerate(HOSTILE.items()):
        head = (_HEAD % number).encode()
        yield name, Post(head + make(), ATTACKER)
    for name, write in AFTERWARDS.items():
        yield name, write()
    yield from near_rules()


def _references(first: int, count: int) -> str:
    return " ".join(f"CMP-2026-{number:05}" for number in range(first, first + count))


def _results() -> Post:
    line = f"Authentication-Results: {AUTHSERV}; spf=pass smtp.mailfrom={ATTACKER}\r\n"
    return post(top=line * 700)


def _many_failed() -> Post:
    one = report("<1@examboard.example>", ATTACKER, "").octets
    more = "".join(
        f"\r\nFinal-Recipient: rfc822; a{n}@x.example\r\nAction: failed\r\n"
        for n in range(_MANY)
    )
    return Post(
        one.replace(b"Status: 5.1.1\r\n", b"Status: 5.1.1\r\n" + more.encode()), ""
    )


def _text(words: str) -> Callable[[], Post]:
    return lambda: post(text=words * (_LARGE // len(words)))


AFTERWARDS: dict[str, Callable[[], Post]] = {
    "a subject of case numbers": lambda: post(
        subject=f"Complaint {_references(1, 1_000)}"
    ),
    "a text of case numbers": lambda: post(text=_references(1, _MANY)),
    "ids that might be ours": lambda: post(
        fields={
            "References": " ".join(
                f"<acknowledge.CMP-2026-{n:05}.{n:032x}@examboard.example>"
                for n in range(250)
            )
        }
    ),
    "500 results of checks": _results,
    "many failed addresses": _many_failed,
    "centres": _text("Our centre number is IN123 and IN124. "),
    "candidates": _text("Candidate 4711 and 4712 of syllabus 0580, centre 12345. "),
    "dates": _text("On 3 March 2026 and on 04/05/2026 at 12:30 we wrote. "),
    "names": _text("My name is Anna Okoro and I am Bola Adeyemi's mother. "),
    "addresses": _text("a.b+c@x.example, https://x.example/?a=b&c=d "),
    "commas": _text("a, "),
    "one word": lambda: post(text="complain" * (_LARGE // 8)),
    "one sentence": _text("we want to complain and "),
    "signs": _text("!?.…\u2019'\"() "),
    "letters of many scripts": _text("жалоба 投诉 شكوى शिकायत \uff43\uff4f\uff4d "),
    "combining marks": lambda: post(text="a" + "\u0301" * _LARGE),
    "letters that grow when folded": lambda: post(text="\ufdfa\u0390\ufb03" * 30_000),
}


def near_rules() -> Iterator[tuple[str, Post]]:
    """Of each shipped rule file, all its words, as one sentence and as many."""
    for path in sorted(shipped.rules().glob("*.toml")):
        words = _words_of(path)
        if words:
            times = _LARGE // (len(words) * 6) + 1
            yield f"{path.name}, one sentence", post(text=" ".join(words * times))
            backwards = ". ".join(reversed(words)) + ". "
            yield f"{path.name}, sentences", post(text=backwards * times)


def _words_of(path: Path) -> list[str]:
    tables = tomllib.loads(path.read_text("utf-8"))
    found = [
        table.get(key)
        for name in ("signal", "list", "particular")
        for table in tables.get(name, ())
        for key in ("phrases", "together", "unless", "words")
    ]
    return list(dict.fromkeys(re.findall(r"[\w']+", repr(found).lower())))
