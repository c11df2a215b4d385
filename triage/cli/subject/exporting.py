"""`triage subject export`: a copy for the person."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import click

from triage.cli.options import by_option, config_option
from triage.cli.plain import plain
from triage.cli.subject.choosing import person_argument, subject_of
from triage.digest import number_of
from triage.errors import ConfigError
from triage.store import Deed, Store
from triage.store.subjects import Subject
from triage.wiring import now, open_store

README = """\
What we keep about you
======================

cases.json   your complaints: dates, what was recorded and decided
mails/       your mails to us, as they came
answers/     what people of ours wrote to you
letters/     automatic letters to you
"""


@click.command(short_help="Write a copy of what is kept about a person.")
@person_argument
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@config_option
@by_option
def export(person: str, file: Path, config: Path, by: str) -> None:
    """Write everything that is kept about PERSON into FILE, a zip archive.

    Read it before you hand it out: mails may tell of other people too. FILE can be read
    by its owner only.
    """
    with open_store(config) as store:
        found = subject_of(person, store, config)
        try:
            _write(found, store, file)
        except FileExistsError:
            raise ConfigError(f"{file} is already there") from None
        except OSError as error:
            raise ConfigError(f"{file} cannot be written: {error.strerror}") from error
        store.subjects.note(found, Deed(at=now(), by=by, act="export"))
    written = len(found.letters) + len(found.answers)
    letters = number_of(written, "letter of ours", "letters of ours")
    click.echo(
        f"{file}: {number_of(len(found.cases), 'case')},"
        f" {number_of(len(found.mails), 'mail')}, {letters}\n"
        "Read it before you hand it out: mails may tell of other people too."
    )


def _write(found: Subject, store: Store, file: Path) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(opened, "wb") as raw,
        zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr("README.txt", README)
        archive.writestr("cases.json", json.dumps(_told(found, store), indent=2))
        for folder, mails in (("mails", found.mails), ("answers", found.answers)):
            for mail in mails:
                octets = store.ledger.raw(mail.sha256) if mail.sha256 else None
                if octets is not None:
                    archive.writestr(f"{folder}/{mail.id}.eml", octets)
        for letter in found.letters:
            item = store.outbox.show(letter)
            if item is not None and item.data:
                archive.writestr(f"letters/{letter}.eml", item.data)


def _told(found: Subject, store: Store) -> dict[str, Any]:
    cases = [store.subjects.record_of(case.id) for case in found.cases]
    return {"person": plain(found), "cases": plain(cases)}
