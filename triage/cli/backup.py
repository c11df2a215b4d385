"""`triage backup`: one file that brings the cases back."""

import json
from pathlib import Path

import click

from triage.backup import Manifest
from triage.cli.listing import moment
from triage.cli.options import json_option, whole_config_option
from triage.cli.plain import plain
from triage.digest import number_of
from triage.wiring import back_up, check_backup, now, restore

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="Make, check and restore backups of the cases.")
def backup() -> None:
    """Make, check and restore backups.

    A backup is one file with the whole case store: mails, decisions, letters, audit
    log, rules and templates that were in force; and config.toml. Secrets are not in it:
    keep reference.key and the passwords somewhere else.
    """


@backup.command("create", short_help="Write a backup while the daemon works.")
@click.argument("file", type=FILE)
@whole_config_option
@json_option
def create(file: Path, config: Path, as_json: bool) -> None:
    """Write a backup into the new FILE, and check it before it gets that name.

    The daemon goes on meanwhile. FILE holds personal data: only its owner can read it.
    """
    manifest = back_up(config, file, now())
    if as_json:
        click.echo(json.dumps({"file": str(file), **plain(manifest)}))
        return
    size = file.stat().st_size
    click.echo(f"{file}: {size / 1e6:.1f} MB, checked\n  {_in_words(manifest)}")


@backup.command("verify", short_help="Check that a backup can be restored.")
@click.argument("file", type=FILE)
@click.option(
    "--config",
    "-c",
    type=FILE,
    help="Check as well that its key is the one of the backup.",
)
@json_option
def verify(file: Path, config: Path | None, as_json: bool) -> None:
    """Check that FILE is as it was made, and that it can be restored.

    Every page and row of the store is looked at, and the audit log from end to end.
    """
    manifest, examined = check_backup(file, config)
    if as_json:
        click.echo(json.dumps({"file": str(file), **plain(manifest)}))
        return
    audit = examined.audit
    erased = f", {audit.erased} texts in it erased" if audit.erased else ""
    click.echo(
        f"{file} is whole\n  {_in_words(manifest)}\n"
        f"  audit log: {audit.rows} rows hold{erased}"
    )


@backup.command("restore", short_help="Bring the cases back from a backup.")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Where there is a store: it is kept.")
@whole_config_option
@json_option
def restore_command(file: Path, replace: bool, config: Path, as_json: bool) -> None:
    """Put the cases of FILE in the place that the config names; stop the daemon first.

    When the daemon starts again it asks the mailbox what the backup does not know,
    before it takes up anything. Nothing that may have been sent before is sent again by
    itself.
    """
    done = restore(config, file, now, replace=replace)
    if as_json:
        click.echo(json.dumps(plain(done) | {"kept": done.kept and str(done.kept)}))
        return
    click.echo(f"restored from {file}\n  {_in_words(done.manifest)}")
    if done.kept:
        click.echo(f"  the store that was there: {done.kept}")
    if done.doubted:
        click.echo(
            f"  {done.doubted} letters may have been sent since: each is looked for,"
            " and held for you where it is not found"
        )
    click.echo(
        "Next: triage run. It tells the team by mail what the mailbox shows that the"
        " backup does not know; triage status says it too."
    )


def _in_words(manifest: Manifest) -> str:
    counts = manifest.counts
    return (
        f"made {moment(manifest.made_at)} by triage {manifest.version}:"
        f" {number_of(counts.get('cases', 0), 'case')},"
        f" {number_of(counts.get('messages', 0), 'message')},"
        f" {number_of(counts.get('outbox', 0), 'letter')}"
    )
