"""A refresh token on the disk: never lost, never seen by others."""

import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.oauth.asking import MORNING
from triage.errors import ConfigError, LoginRefusedError, TransientError
from triage.oauth.keeping import TokenFile
from triage.oauth.token import Granted

LATER = MORNING + timedelta(hours=1)


def token_in(path: Path) -> str:
    return TokenFile(path).read().refresh_token


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "refresh-token"
    path.touch(0o600)
    path.write_text("first\n")
    return path


def gives(token: str | None) -> Granted:
    return Granted("access", timedelta(hours=1), token)


def test_a_token_that_a_person_wrote_is_used(path: Path) -> None:
    used: list[str] = []

    def ask(token: str) -> Granted:
        used.append(token)
        return gives("second")

    TokenFile(path).renew(ask, MORNING)

    assert used == ["first"]


def test_a_new_token_takes_the_place_of_the_old_one(path: Path) -> None:
    TokenFile(path).renew(lambda _: gives("second"), MORNING)

    kept = TokenFile(path).read()

    assert (kept.refresh_token, kept.renewed_at) == ("second", MORNING)


def test_an_issuer_that_gives_no_new_token_keeps_the_old_one_alive(
    path: Path,
) -> None:
    TokenFile(path).renew(lambda _: gives(None), MORNING)

    kept = TokenFile(path).read()

    assert (kept.refresh_token, kept.renewed_at) == ("first", MORNING)


@pytest.mark.parametrize(
    ("told", "life"),
    [([14, 14], 14), ([90, 30, 5], 90), ([None, None], None), ([30, None], 30)],
    ids=["it begins anew at each use", "it only runs down", "never", "no more"],
)
def test_the_longest_life_of_a_refresh_token_is_kept(
    path: Path, told: list[int | None], life: int | None
) -> None:
    """By what is left alone one that runs down would always look as good as new."""
    for days in told:
        lasts = None if days is None else timedelta(days=days)
        granted = Granted("access", None, "next", lasts)
        TokenFile(path).renew(lambda _, granted=granted: granted, MORNING)  # type: ignore[misc]  # a default

    kept = TokenFile(path).read().life

    assert kept == (None if life is None else timedelta(days=life))


def test_a_person_who_logs_in_anew_begins_another_life(path: Path) -> None:
    TokenFile(path).begin(Granted("a", None, "x", timedelta(days=90)), MORNING)

    TokenFile(path).begin(Granted("a", None, "y", timedelta(days=7)), MORNING)

    assert TokenFile(path).read().life == timedelta(days=7)


def test_a_file_of_before_has_no_life(path: Path) -> None:
    path.write_text('{"refresh_token": "x", "renewed_at": null, "expires_at": null}')

    assert TokenFile(path).read().life is None


def test_when_a_refresh_token_ends_is_kept_beside_it(path: Path) -> None:
    granted = Granted("access", None, "second", timedelta(days=30))

    TokenFile(path).renew(lambda _: granted, MORNING)

    assert TokenFile(path).read().expires_at == MORNING + timedelta(days=30)


def test_only_its_owner_can_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        TokenFile(path).renew(lambda _: gives("second"), MORNING)
    finally:
        os.umask(before)

    modes = {
        each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()
    }
    assert modes == {"refresh-token": 0o600, ".refresh-token.lock": 0o600}


def test_one_that_others_can_read_is_refused(path: Path) -> None:
    path.chmod(0o640)

    with pytest.raises(ConfigError, match="can be read by other users"):
        TokenFile(path).read()


def test_a_missing_one_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="triage login"):
        TokenFile(tmp_path / "none").read()


@pytest.mark.parametrize("trouble", [TransientError("away"), LoginRefusedError("no")])
def test_the_old_token_stays_when_no_new_one_comes(
    path: Path, trouble: TransientError
) -> None:
    def ask(_: str) -> Granted:
        raise trouble

    with pytest.raises(type(trouble)):
        TokenFile(path).renew(ask, MORNING)

    assert token_in(path) == "first"


def test_nothing_is_asked_where_nothing_could_be_kept(path: Path) -> None:
    """A link in the place of the new file stands for a disk that takes nothing."""
    path.with_name(".refresh-token.new").symlink_to("nowhere")

    with pytest.raises(ConfigError, match="cannot be written"):
        TokenFile(path).renew(lambda _: pytest.fail("it was asked"), MORNING)


def test_a_token_that_could_not_be_written_is_used_from_memory_and_written_later(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, beside, used = TokenFile(path), path.with_name(".refresh-token.new"), []

    def ask_while_the_disk_breaks(token: str) -> Granted:
        used.append(token)
        beside.unlink()
        beside.symlink_to("nowhere")
        return gives("second")

    def ask(token: str) -> Granted:
        used.append(token)
        return gives("third")

    file.renew(ask_while_the_disk_breaks, MORNING)
    beside.unlink()
    file.renew(ask, LATER)

    assert used == ["first", "second"]
    assert token_in(path) == "third"
    assert "could not be written" in caplog.text
    assert "second" not in caplog.text


KILLED_BEFORE_RENAMING = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from triage.oauth.keeping import TokenFile
from triage.oauth.token import Granted

def kill(event, _):
    if event == "os.rename":
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
now = datetime(2026, 11, 25, tzinfo=UTC)
TokenFile(Path(sys.argv[1])).renew(lambda _: Granted("a", None, "second"), now)
"""


def test_a_new_token_that_had_no_time_to_take_its_name_is_found(path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - the program under test
        [sys.executable, "-c", KILLED_BEFORE_RENAMING, path], check=False
    )

    assert done.returncode == -signal.SIGKILL
    assert "first" in path.read_text()
    assert token_in(path) == "second"


def test_half_a_token_that_was_left_behind_is_no_token(path: Path) -> None:
    path.with_name(".refresh-token.new").write_text('{"refresh_token": "sec')

    assert token_in(path) == "first"


def test_a_token_that_a_person_put_there_since_wins_over_one_left_behind(
    path: Path, tmp_path: Path
) -> None:
    """Whatever its date: `mv`, `scp -p` and the like keep that."""
    file, asked = TokenFile(path), []
    path.write_text("revoked\n")

    def ask(token: str) -> Granted:
        asked.append(token)
        if len(asked) == 1:
            raise LoginRefusedError("invalid_grant")
        return gives(None)

    with pytest.raises(LoginRefusedError):
        file.renew(ask, MORNING)
    better = tmp_path / "better"
    better.touch(0o600)
    better.write_text("good\n")
    os.utime(better, (1, 1))
    better.replace(path)
    file.renew(ask, LATER)

    assert asked == ["revoked", "good"]
    assert token_in(path) == "good"


def test_one_left_behind_is_kept_while_an_issuer_refuses_for_a_while(
    path: Path,
) -> None:
    subprocess.run(  # noqa: S603 - the program under test
        [sys.executable, "-c", KILLED_BEFORE_RENAMING, path], check=False
    )

    def refuse(_: str) -> Granted:
        raise LoginRefusedError("invalid_grant")

    with pytest.raises(LoginRefusedError):
        TokenFile(path).renew(refuse, LATER)

    assert token_in(path) == "second"


def test_two_who_renew_at_once_do_it_one_after_the_other(path: Path) -> None:
    """An issuer that sees a token twice may end all of them."""
    used: list[str] = []

    def ask(token: str) -> Granted:
        used.append(token)
        return gives(f"{token}+")

    threads = [
        threading.Thread(target=TokenFile(path).renew, args=(ask, MORNING))
        for _ in range(6)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)

    assert used == [f"first{'+' * number}" for number in range(6)]


def test_a_first_token_is_kept_where_nothing_was(tmp_path: Path) -> None:
    path = tmp_path / "refresh-token"

    TokenFile(path).begin(gives("first"), MORNING)

    assert token_in(path) == "first"


def test_a_login_without_a_refresh_token_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no refresh token"):
        TokenFile(tmp_path / "refresh-token").begin(gives(None), MORNING)


def test_a_token_is_not_shown_where_values_are_shown(path: Path) -> None:
    assert "first" not in repr(TokenFile(path).read())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for others")
@pytest.mark.parametrize("is_new", [True, False], ids=["first", "renewed"])
def test_what_root_writes_stays_its_owners(path: Path, is_new: bool) -> None:
    """Who runs `triage check` as root must not shut the daemon out."""
    os.chown(path.parent, 1234, 1234)
    os.chown(path, 1234, 1234)
    if is_new:
        path.unlink()
        TokenFile(path).begin(gives("first"), MORNING)
    else:
        TokenFile(path).renew(lambda _: gives("second"), MORNING)

    assert {each.stat().st_uid for each in path.parent.iterdir()} == {1234}
