"""A letter or a notice to checked bytes."""

from collections.abc import Iterable
from datetime import datetime

from triage.errors import MessageError
from triage.reply.grammar import is_address, is_message_id, is_reference
from triage.reply.mime import Draft, Origin, write
from triage.reply.model import Composed, Letter, Notice
from triage.reply.templates import Templates
from triage.reply.variables import letter_variables, notice_variables
from triage.reply.verify import MOST_REFERENCES, verify


def compose(letter: Letter, templates: Templates, now: datetime) -> Composed:
    """Word a letter and return it as a mail, checked field by field.

    Raises MessageError where the recipient, the reference or the Message-ID cannot
    stand in a mail, or a template fails; its words never hold the recipient's address.
    """
    return seal(draft_letter(letter, templates, now), letter.kind)


def compose_notice(notice: Notice, templates: Templates, now: datetime) -> Composed:
    """Word a notice to one of us and return it as a mail, checked field by field.

    Raises MessageError as `compose` does.
    """
    return seal(draft_notice(notice, templates, now), notice.kind)


def draft_letter(letter: Letter, templates: Templates, now: datetime) -> Draft:
    """Decide everything that the mail of a letter carries."""
    organisation = templates.organisation
    require_writable(letter, organisation.message_id_domain)
    if not is_reference(letter.reference):
        raise MessageError("a letter needs a case reference of letters and digits")
    pair = templates.pair(letter.template)
    subject = pair.subject.with_reference(letter.reference)
    return Draft(
        origin=Origin.REPLIED,
        organisation=organisation,
        date=now,
        to=letter.to,
        subject=subject,
        message_id=letter.message_id,
        wording=pair.word(letter_variables(letter, subject, organisation)),
        in_reply_to=_only_an_id(letter.in_reply_to),
        references=_thread(letter.references, letter.in_reply_to),
    )


def draft_notice(notice: Notice, templates: Templates, now: datetime) -> Draft:
    """Decide everything that the mail of a notice carries."""
    organisation = templates.organisation
    require_writable(notice, organisation.message_id_domain)
    pair = templates.pair(notice.template)
    subject = pair.subject.with_reference(notice.reference)
    return Draft(
        origin=Origin.GENERATED,
        organisation=organisation,
        date=now,
        to=notice.to,
        subject=subject,
        message_id=notice.message_id,
        wording=pair.word(notice_variables(notice, subject, organisation)),
    )


def seal(draft: Draft, kind: str) -> Composed:
    """Write a draft, check the bytes, and return them as what goes to the outbox."""
    data = write(draft)
    verify(data, draft)
    return Composed(data, draft.to, draft.subject, draft.message_id, kind)


def require_writable(mail: Letter | Notice, domain: str) -> None:
    """Raise MessageError for a recipient or Message-ID that cannot stand in a mail."""
    if not is_address(mail.to):
        raise MessageError("the recipient is not one plain e-mail address")
    if not (is_message_id(mail.message_id) and mail.message_id.endswith(f"@{domain}>")):
        raise MessageError("the Message-ID of a reply is not one of ours")


def _only_an_id(text: str | None) -> str | None:
    return text if text is not None and is_message_id(text) else None


def _thread(ancestors: Iterable[str], parent: str | None) -> tuple[str, ...]:
    """Return References (RFC 5322 §3.6.4): a thread's first id and its latest ones."""
    ids = [each for each in dict.fromkeys(ancestors) if is_message_id(each)]
    if (last := _only_an_id(parent)) is not None:
        ids = [*(each for each in ids if each != last), last]
    return tuple(ids[:1] + ids[1:][-(MOST_REFERENCES - 1) :])
