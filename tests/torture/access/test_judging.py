"""What an attack would have brought about is noticed, row by row."""

from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.torture.access.blocking import Scene, play
from tests.torture.access.house import ATTACKER, VICTIM, House, Post, post
from tests.torture.access.joining import changed
from tests.torture.access.replying import MARK, found_in
from tests.torture.ground import Ground
from triage.demo.servers import Accepted


@pytest.mark.parametrize("part", ["case", "parties", "letters"])
def test_a_case_that_is_not_as_it_was_is_noticed(part: str) -> None:
    before = {"CMP-1": {"case": {"state": "open"}, "parties": [], "letters": []}}
    other = {"state": "closed"} if part == "case" else [{"address": ATTACKER}]
    after = {"CMP-1": before["CMP-1"] | {part: other}}

    assert list(changed(before, after))
    assert not list(changed(before, before))


def test_a_letter_to_somebody_who_did_not_write_is_noticed() -> None:
    letter = Accepted("", ("third@innocent.example",), post().octets)

    assert "did not write" in " ".join(map(str, found_in([letter])))


@pytest.mark.parametrize("letter", [post(subject=MARK), post(text=MARK)])
def test_a_senders_words_in_a_letter_are_noticed(letter: Post) -> None:
    accepted = Accepted("", (ATTACKER,), letter.octets)

    assert "a sender's words" in " ".join(map(str, found_in([accepted])))


@pytest.mark.servers
def test_a_victim_without_a_reply_is_noticed(dovecot: Dovecot, tmp_path: Path) -> None:
    """She spends her own budget, which is what no attacker may do to her."""

    def spend(house: House) -> int:
        house.deliver(*(post(sender=VICTIM, text=f"No login, {n}.") for n in range(3)))
        house.work()
        return 3

    ground = Ground(folder=tmp_path, is_full=False, dovecot=lambda: dovecot, say=print)

    outcome = play(ground, (Scene("she wrote thrice", spend),))

    assert [finding.words[:24] for finding in outcome.findings] == [
        "the victim got 0 replies"
    ]
