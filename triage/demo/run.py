"""The demonstration: deliver, let the daemon work, tell what became of each mail."""

import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from time import monotonic, sleep

from triage import shipped
from triage.config import Config, load_config
from triage.daemon import Daemon
from triage.demo.mails import Sample, samples
from triage.demo.servers import ImapServer, SmtpSink
from triage.demo.verdict import Verdict, verdicts
from triage.logins import Secret
from triage.store import State, Store
from triage.wiring import Installation, daemon_parts

BEGINNING = datetime(2026, 5, 12, 13, 0, tzinfo=UTC)
"""A Tuesday in the May/June series, within opening hours."""
PATIENCE_SECONDS = 25.0
POLL_SECONDS = 1
PRIVATE = 0o600

Say = Callable[[str], object]


def run_demo(output: Path, say: Say, mails: Sequence[Sample] | None = None) -> bool:
    """Run the demonstration, and tell whether all went as the samples state.

    The replies are laid down in `output`, in place of those of an earlier run.
    """
    mails = samples() if mails is None else mails
    started = monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        ImapServer() as imap,
        SmtpSink() as smtp,
    ):
        config = _config(Path(name), imap, smtp)
        with Installation(config, _clock()) as installation:
            say(
                f"{len(mails)} sample mails, IMAP on 127.0.0.1:{imap.port}, "
                f"SMTP on 127.0.0.1:{smtp.port}\n"
            )
            script = _Script(imap, installation, mails)
            daemon = Daemon(daemon_parts(installation))
            script.play_beside(daemon)
            daemon.run()
            found = verdicts(mails, installation.store)
            _lay_down(installation.store, output)
            say(_table(found))
            say(_letters(installation.store, smtp, output))
    wrong = [each for each in found if each.problems]
    for each in wrong:
        say(f"NOT AS STATED  {each.sample.id}: {'; '.join(each.problems)}")
    if script.late:
        say("NOT AS STATED  the daemon did not finish in time")
    seconds = monotonic() - started
    as_stated = len(found) - len(wrong)
    say(f"\n{as_stated} of {len(found)} mails went as stated, in {seconds:.1f} s")
    return not wrong and not script.late


class _Script:
    """Delivers the mails in two waves while the daemon runs, then stops it."""

    def __init__(
        self, imap: ImapServer, installation: Installation, mails: Sequence[Sample]
    ) -> None:
        self.late = False
        self._imap = imap
        self._store = installation.store
        self._mails = mails
        for sample in mails:
            if sample.wave == 1:
                at = BEGINNING - timedelta(minutes=sample.minutes)
                imap.deliver([sample.delivery(at)])

    def play_beside(self, daemon: Daemon) -> None:
        threading.Thread(target=self._play, args=(daemon,), daemon=True).start()

    def _play(self, daemon: Daemon) -> None:
        try:
            first = [sample for sample in self._mails if sample.wave == 1]
            self._wait_for(len(first))
            sent = _replies_by_mail(self._store)
            for sample in self._mails:
                if sample.wave != 1:
                    about = sample.replies_to or sample.returns or ""
                    delivery = sample.delivery(BEGINNING, sent.get(about))
                    self._imap.deliver([delivery])
            self._wait_for(len(self._mails))
        finally:
            daemon.stop()

    def _wait_for(self, mails: int) -> None:
        """Wait until so many mails are accounted for and every letter has gone."""
        until = monotonic() + PATIENCE_SECONDS
        while monotonic() < until:
            fates = self._store.fates
            seen = len(fates.listed()) + fates.left_alone()
            waiting = self._store.outbox.listed(
                State.QUEUED, State.SENDING, State.FINISHING
            )
            if seen >= mails and not waiting and not self._is_filing():
                return
            sleep(0.05)
        self.late = True

    def _is_filing(self) -> bool:
        return any(
            fate.folder and fate.filed_at is None for fate in self._store.fates.listed()
        )


def _replies_by_mail(store: Store) -> dict[str, str]:
    """The Message-ID of our reply by the id of the sample that it answers."""
    replies = {
        line.reference: line.message_id
        for line in store.outbox.listed()
        if line.category == "reply"
    }
    return {
        fate.message_id.partition("@")[0].removeprefix("<"): replies[fate.reference]
        for fate in store.fates.listed()
        if fate.message_id and fate.reference in replies
    }


def _config(folder: Path, imap: ImapServer, smtp: SmtpSink) -> Config:
    """The example configuration, pointed at the servers of this process."""
    secret = folder / "secret"
    secret.touch(PRIVATE)
    secret.write_text(f"{imap.password:x<32}\n")
    password = folder / "password"
    password.touch(PRIVATE)
    password.write_text(f"{imap.password}\n")
    example = load_config(shipped.example_config())
    place = {"host": "127.0.0.1", "security": "plain"}
    return example.model_copy(
        update={
            "mailbox": example.mailbox.model_copy(
                update=place
                | {"port": imap.port, "user": imap.user, "poll_seconds": POLL_SECONDS}
                | {"password": Secret(file=password)}
            ),
            "submission": example.submission.model_copy(
                update=place
                | {"port": smtp.port, "user": None, "password": None}
                | {"witness": "none"}
            ),
            "store": example.store.model_copy(
                update={"path": folder / "store.sqlite3"}
            ),
            "references": example.references.model_copy(
                update={"key": Secret(file=secret)}
            ),
        }
    )


def _clock() -> Callable[[], datetime]:
    """A clock that starts at the beginning of the demo and runs as time does."""
    started = monotonic()
    return lambda: BEGINNING + timedelta(seconds=monotonic() - started)


def _table(found: Sequence[Verdict]) -> str:
    return "\n\n".join(each.in_words() for each in found)


def _lay_down(store: Store, output: Path) -> None:
    """Write every letter as it is on the wire, and its HTML to open."""
    output.mkdir(parents=True, exist_ok=True)
    for old in (*output.glob("CMP-*"), *output.glob("notice-*")):
        old.unlink()
    for line in store.outbox.listed():
        item = store.outbox.show(line.id)
        if item is None:
            continue
        name = f"{line.reference or 'notice'}-{line.template}-{line.id}"
        (output / f"{name}.eml").write_bytes(item.data)
        body = message_from_bytes(item.data, policy=policy.default).get_body(("html",))
        if body is not None:
            (output / f"{name}.html").write_text(body.get_content(), encoding="utf-8")


def _letters(store: Store, smtp: SmtpSink, output: Path) -> str:
    held = len(store.outbox.listed(State.HELD))
    return (
        f"\n{len(smtp.accepted)} letters were accepted by the SMTP server, {held} wait "
        f"for a person.\nRead them: {output}/*.eml, or open {output}/*.html"
    )
