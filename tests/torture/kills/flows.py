"""What is killed: each thing that triage does, at the moment before it does it."""

import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.journeys.installing import ADDRESS, USUAL, Settings
from tests.smtp.scripted import ScriptedServer, accepting
from tests.torture.evidence import Due
from tests.torture.finding import Finding
from tests.torture.kills.deeds import BACKUP
from tests.torture.kills.mails import (
    ARRIVED,
    NOW,
    automatic,
    mail,
    not_ours,
    redirected,
)
from tests.torture.kills.site import Site, rows_of
from tests.torture.kills.sweep import Desk, Flow, Script
from tests.torture.oracle import judge
from triage import shipped

ERASED = ("qalpha", "CMP-2026-00001")
"""The mail and the case of who is erased."""
ASIDE = "Complaints/Automatic"
ACCEPTED = b"250 2.0.0 queued\r\n"
DUE_SOON = datetime(2026, 3, 17, 10, tzinfo=UTC)
"""Two working days before the answers are due: a reminder and holding letters."""


def _begun(desk: Desk, settings: Settings) -> Site:
    site = Site.new(desk.folder / "stage", desk.dovecot, settings)
    site.install()
    return site


def _do(desk: Desk, site: Site, deed: str, at: datetime = NOW) -> None:
    ended = desk.mortal.do(site.config, deed, at)
    assert ended.is_well, ended


def _with_new_mail(desk: Desk, settings: Settings) -> Site:
    """Complaints of both kinds, an auto-reply and a mail that is not ours."""
    site = _begun(desk, settings)
    _do(desk, site, "start")
    return site.with_mails(
        mail("qalpha"), redirected("qbeta"), automatic("qgamma"), not_ours("qdelta")
    )


def _with_letters(desk: Desk, settings: Settings) -> Site:
    """The same, taken up: two letters are to be sent."""
    site = _with_new_mail(desk, settings)
    _do(desk, site, "intake")
    return site


def _with_unfiled(desk: Desk, settings: Settings) -> Site:
    """The same, taken up, and everything lies in the inbox still."""
    site = _with_new_mail(desk, replace(settings, mailbox={"file": False}))
    _do(desk, site, "intake")
    filing = replace(site, settings=settings)
    filing.install()
    return filing


def _settled(desk: Desk, settings: Settings, holding: str = "propose") -> Site:
    """The same, answered and filed."""
    site = _begun(desk, settings)
    calendar = site.folder / "rules" / "70-calendar.toml"
    text = calendar.read_text("utf-8")
    assert 'holding = "propose"' in text
    calendar.write_text(text.replace('"propose"', f'"{holding}"'), "utf-8")
    _do(desk, site, "start")
    site = site.with_mails(mail("qalpha"), redirected("qbeta"), mail("qepsilon"))
    with ScriptedServer() as server:
        _to(site, server.port)
        _do(desk, site, "settle")
        taken = tuple(server.accepted)
        _to(site, None)
    return replace(site, accepted=taken)


def _to(site: Site, smtp_port: int | None) -> None:
    """Point an installation to a server for a while."""
    config = site.config.read_text("utf-8")
    kept = site.folder / "config.kept"
    if smtp_port is None:
        kept.rename(site.config)
        return
    kept.write_text(config, "utf-8")
    config = config.replace("port = 9\n", f"port = {smtp_port}\n")
    site.config.write_text(config, "utf-8")


def _with_answer(desk: Desk, settings: Settings) -> Site:
    """An officer has answered from their mail program, and filed another case."""
    site = _settled(desk, settings)
    _do(desk, site, "once", NOW + timedelta(hours=1))
    answer = mail(
        "qanswer",
        sender=ADDRESS,
        subject="Re: Complaint about your website",
        text="Dear Mrs Mensah, a certificate had run out. It has been renewed now.",
        due=Due.EITHER,
        folder="Sent",
        to="qalpha@post.example",
        in_reply_to="<qalpha@post.example>",
    )
    site = site.with_mails(answer)
    site.mailbox.move("Complaints/Redirected", "Complaints/Review")
    return site


def _on_the_day(desk: Desk, settings: Settings) -> Site:
    """Nobody answered, and the answers are due in two days."""
    site = _settled(desk, settings, holding="send")
    for days in (1, 3, 6, 8, 9, 10, 13):
        _do(desk, site, "once", ARRIVED + timedelta(days=days))
    with ScriptedServer() as server:
        _to(site, server.port)
        _do(desk, site, "dispatch", ARRIVED + timedelta(days=13, minutes=5))
        taken = tuple(server.accepted)
        _to(site, None)
    _do(desk, site, "answers", DUE_SOON - timedelta(minutes=1))
    return replace(site, accepted=(*site.accepted, *taken))


def _with_changed_rules(desk: Desk, settings: Settings) -> Site:
    """Rules have been edited, and a letter; a mail waits that they are about."""
    site = _settled(desk, settings)
    templates = site.folder / "templates"
    shutil.copytree(shipped.templates(), templates)
    _edit(site, "config.toml", f'"{shipped.templates()}"', '"templates"')
    rules = "rules/10-journeys.toml"
    _edit(site, rules, '["website", "web page"]', '["website", "lift"]')
    for ending in ("txt", "html"):
        _edit(
            site, f"templates/formal-complaint.{ending}", "complaint", "grave complaint"
        )
    return site.with_mails(mail("qlift", text="The lift in your office is broken."))


def _with_wrong_rules(desk: Desk, settings: Settings) -> Site:
    """Rules have been edited, and would turn away who was answered."""
    site = _settled(desk, settings)
    _edit(site, "rules/10-journeys.toml", "phrases =", "phrase =")
    return site


def _edit(site: Site, name: str, before: str, after: str) -> None:
    path = site.folder / name
    text = path.read_text("utf-8")
    assert before in text, name
    path.write_text(text.replace(before, after), "utf-8")


def _with_backup(desk: Desk, settings: Settings) -> Site:
    """A backup, then a mail that was answered; the program was killed last."""
    site = _settled(desk, settings)
    _do(desk, site, "backup")
    site = site.with_mails(mail("qzeta"))
    with ScriptedServer() as server:
        _to(site, server.port)
        desk.mortal.do(site.config, "once and die", NOW + timedelta(minutes=40))
        taken = tuple(server.accepted)
        _to(site, None)
    assert (site.folder / "triage.sqlite3-wal").stat().st_size
    return replace(site, accepted=(*site.accepted, *taken))


def _with_canary(desk: Desk, settings: Settings) -> Site:
    """A mail to ourselves is due; a complaint came, too."""
    site = _settled(desk, settings)
    text = site.config.read_text("utf-8")
    canary = "[canary]\nat = 00:00:00\nwithin_minutes = 60\n"
    site.config.write_text(f"{text}\n{canary}", "utf-8")
    return site.with_mails(mail("qeta"))


def _with_canary_back(desk: Desk, settings: Settings) -> Site:
    """It was sent and lies in the inbox, and nobody has looked."""
    site = _with_canary(desk, settings)
    with ScriptedServer() as server:
        _to(site, server.port)
        _do(desk, site, "canary", NOW + timedelta(minutes=59))
        taken = tuple(server.accepted)
        _to(site, None)
    site.take_copies(taken)
    return replace(site, accepted=(*site.accepted, *taken))


def _one_canary_at_most(site: Site, about: str) -> Iterator[Finding]:
    """One flew, came back and lies aside; or none did, and nobody has to decide.

    None flies where it was killed just before its dot: the next day's takes its place.
    """
    flown = rows_of(
        site.store, "SELECT message_id, state FROM outbox WHERE kind LIKE 'canary-%'"
    )
    (name,) = {row["message_id"].encode() for row in flown} or {b""}
    lies_in = [
        folder
        for folder, mails in site.folders().items()
        if any(name in octets for octets in mails)
    ]
    back = rows_of(site.store, "SELECT at FROM heartbeats WHERE job = 'canary'")
    states, it_flew = [row["state"] for row in flown], bool(lies_in)
    if states != (["sent"] if it_flew else ["dropped"]):
        yield Finding("settled", about, f"canaries: {states}, found in {lies_in}")
    if bool(back) != it_flew:
        yield Finding("honest", about, f"came back: {bool(back)}, found in {lies_in}")
    if it_flew and lies_in != [ASIDE]:
        yield Finding("untouched", about, f"the canary lies in {lies_in}")
    if rows_of(site.store, _CANARIES_TAKEN_UP):
        yield Finding("gate", about, "it was taken up as somebody's mail")


_CANARIES_TAKEN_UP = """
SELECT m.id FROM messages m JOIN outbox o ON o.message_id = m.message_id
WHERE o.kind LIKE 'canary-%'
"""


def _backup_is_whole(site: Site, about: str) -> Iterator[Finding]:
    """Under its name is a whole backup, and nothing else of it lies about."""
    path = site.folder / BACKUP
    if not path.exists():
        return
    try:
        with tarfile.open(path) as tar:
            names = sorted(tar.getnames())
    except (EOFError, tarfile.TarError):
        names = []
    if names != ["config.toml", "manifest.json", "store.sqlite3"]:
        yield Finding("fate", about, "the backup is not whole")


def _nothing_lies_about(site: Site, about: str) -> Iterator[Finding]:
    """No half-made copy of the store is left, which holds what people wrote."""
    for path in site.folder.glob(".*"):
        yield Finding("private", about, f"{path.name} is left behind")


def _no_word_is_left(site: Site, about: str) -> Iterator[Finding]:
    for path in site.folder.glob("triage.sqlite3*"):
        if b"qalpha" in path.read_bytes():
            yield Finding(
                "private", about, f"a word of the person is left in {path.name}"
            )


def _others_keep_theirs(site: Site, about: str) -> Iterator[Finding]:
    """Every mail and letter but those of the person who was erased is as it was."""
    for found in judge(site.evidence(()), "fate", "once"):
        if not any(each in found.about for each in ERASED):
            yield replace(found, about=f"{about}: {found.about}")


def _accepting_late(_: Site) -> Script:
    return {"dot": accepting(ACCEPTED, after=0.05)}


def _putting_off(_: Site) -> Script:
    return {"dot": [b"451 4.3.0 not now\r\n", accepting(ACCEPTED)]}


def _with_witness(flow: Flow, which: str) -> Flow:
    """The same where a copy of each letter is kept, which proves that it was taken."""
    submission = dict(flow.settings.submission) | {"witness": which}

    def prepare(desk: Desk, settings: Settings) -> Site:
        site = flow.prepare(desk, settings)
        with site.mailbox.somebody_else() as client:
            client.create_folder("Sent")
        return site

    settings = replace(flow.settings, submission=submission)
    return replace(flow, settings=settings, prepare=prepare)


INTAKE = Flow(deed="intake", prepare=_with_new_mail)
DISPATCH = Flow(deed="dispatch", prepare=_with_letters)
LATE = replace(DISPATCH, script=_accepting_late, is_late=True)
PUT_OFF = replace(DISPATCH, script=_putting_off)
WITNESSED_IN_SENT = _with_witness(DISPATCH, "sent")
WITNESSED_BY_COPY = _with_witness(DISPATCH, "copy")
WITNESSED_LATE = _with_witness(LATE, "sent")
FILING = Flow(deed="intake", prepare=_with_unfiled)
ANSWERS = Flow(deed="answers", prepare=_with_answer, at=NOW + timedelta(hours=2))
DEADLINES = Flow(deed="deadlines", prepare=_on_the_day, at=DUE_SOON)
RELOAD = Flow(deed="reload", prepare=_with_changed_rules, at=NOW + timedelta(hours=1))
REFUSED = Flow(deed="reload", prepare=_with_wrong_rules, at=NOW + timedelta(hours=1))
BACKUPS = Flow(
    deed="backup",
    prepare=_settled,
    at=NOW + timedelta(hours=1),
    again="backup again",
    further=lambda site, about: (
        *_backup_is_whole(site, about),
        *_nothing_lies_about(site, about),
    ),
)
RESTORE = Flow(
    deed="restore",
    prepare=_with_backup,
    at=NOW + timedelta(hours=1),
    again="restore",
    brings_back=True,
    promises=("fate", "gate", "echo", "untouched", "private"),
    further=_nothing_lies_about,
)
RESTORE_GIVEN_UP = replace(RESTORE, again="", may_not_happen=True)
ERASE = Flow(
    deed="erase",
    prepare=_settled,
    at=NOW + timedelta(hours=1),
    again="erase",
    promises=("gate", "echo", "untouched", "private"),
    further=lambda site, about: (
        *_no_word_is_left(site, about),
        *_others_keep_theirs(site, about),
    ),
)
CANARY = Flow(
    deed="canary",
    prepare=_with_canary,
    at=NOW + timedelta(hours=1),
    settings=replace(USUAL, automatic_folder=ASIDE, submission={"witness": "copy"}),
    again="canary",
    further=_one_canary_at_most,
)
CANARY_BACK = replace(CANARY, prepare=_with_canary_back, again="")
CARELESS_BACKUPS = replace(BACKUPS, deed="careless backup")
CARELESS_RESTORE = replace(RESTORE_GIVEN_UP, deed="careless restore")
CARELESS_ERASE = replace(ERASE, deed="careless erase", again="erase")
