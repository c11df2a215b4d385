"""Several mailboxes in one file: each as if it were alone, and what is amiss in all."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from triage.config.tables import (
    AlarmTable,
    CanaryTable,
    Config,
    FolderTable,
    HttpTable,
    MailboxTable,
    OrganisationTable,
    ReferencesTable,
    RulesTable,
    StoreTable,
    SubmissionTable,
)
from triage.errors import Problem
from triage.logins import Table
from triage.tomlsource import Source


class OneOfSeveral(MailboxTable):
    """A mailbox, and what it does not share with the others of the file."""

    organisation: OrganisationTable | None = None
    submission: SubmissionTable | None = None
    rules: RulesTable | None = None
    templates: FolderTable | None = None
    canary: CanaryTable | None = None
    contacts: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)


OWN = ("organisation", "submission", "rules", "templates", "canary")
"""Tables that each of several mailboxes may have for itself."""
SHARED = ("store", "references", "alarm", "http", "log_level", "log_format")


class SeveralConfig(Table):
    """Several mailboxes: what stands at the top holds for those that say nothing."""

    organisation: OrganisationTable | None = None
    mailbox: tuple[OneOfSeveral, ...] = Field(min_length=1)
    submission: SubmissionTable | None = None
    store: StoreTable
    rules: RulesTable | None = None
    templates: FolderTable | None = None
    references: ReferencesTable
    alarm: AlarmTable = AlarmTable()
    canary: CanaryTable | None = None
    http: HttpTable = HttpTable()
    contacts: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"

    def each(self) -> Iterator[Config]:
        """Yield the configuration of each mailbox, as if it were the only one."""
        shared = {key: getattr(self, key) for key in SHARED}
        for mailbox in self.mailbox:
            own = {key: getattr(mailbox, key) or getattr(self, key) for key in OWN}
            plain = {key: getattr(mailbox, key) for key in MailboxTable.model_fields}
            yield Config.model_construct(
                mailbox=MailboxTable.model_construct(**plain),
                contacts={**self.contacts, **mailbox.contacts},
                links={**self.links, **mailbox.links},
                **own,
                **shared,
            )

    def problems(self, source: Source) -> Iterator[Problem]:
        """Yield what is wrong with the mailboxes taken together."""
        names, places = set[str](), set[tuple[str, str, str]]()
        for index, mailbox in enumerate(self.mailbox):
            place = ("mailbox", index)
            if not mailbox.name:
                message = "a mailbox of several needs a `name`"
                yield source.problem(place, message, 'as in: name = "uk"')
            elif mailbox.name in names:
                message = f"there are two mailboxes `{mailbox.name}`"
                yield source.problem((*place, "name"), message)
            names.add(mailbox.name)
            is_inbox = mailbox.folder.upper() == "INBOX"
            folder = "INBOX" if is_inbox else mailbox.folder
            is_at = (mailbox.host.lower(), mailbox.user.lower(), folder)
            if is_at in places:
                message = f"another mailbox reads {mailbox.folder} of this account too"
                yield source.problem(place, message)
            places.add(is_at)
            for key in OWN:
                if key != "canary" and not (
                    getattr(mailbox, key) or getattr(self, key)
                ):
                    message = f"the mailbox `{mailbox.name}` has no `{key}`"
                    hint = f"write [{key}] for all, or [mailbox.{key}] below this one"
                    yield source.problem(place, message, hint)
            yield from self._foreign_sender(source, index)

    def _foreign_sender(self, source: Source, index: int) -> Iterator[Problem]:
        """Yield that letters would come from a mailbox that does not know of them."""
        mailbox = self.mailbox[index]
        submission = mailbox.submission or self.submission
        if submission is None:
            return
        own = {address.lower() for address in mailbox.addresses}
        senders = {submission.from_address.lower(), submission.envelope_from.lower()}
        for other in self.mailbox:
            theirs = {address.lower() for address in other.addresses}
            if senders & (theirs - own):
                message = (
                    f"the letters of the mailbox `{mailbox.name}` would come from an"
                    f" address of `{other.name}`"
                )
                hint = (
                    "give it a [mailbox.submission] with its from_address and from_name"
                )
                yield source.problem(("mailbox", index, "submission"), message, hint)


TOGETHER = (
    frozenset({"user", "password", "oauth"}),
    frozenset({"from_address", "from_name", "envelope_from"}),
)
"""Keys of a submission that nobody takes from elsewhere in part."""


def with_shared_submission(data: dict[str, Any]) -> dict[str, Any]:
    """Complete a submission that names no host by what stands at the top."""
    shared, mailboxes = data.get("submission"), data["mailbox"]
    if not isinstance(shared, dict):
        return data
    return data | {"mailbox": [_completed(each, shared) for each in mailboxes]}


def _completed(mailbox: object, shared: dict[str, Any]) -> object:
    if not isinstance(mailbox, dict):
        return mailbox
    own = mailbox.get("submission")
    # A login is for one server only.
    if not isinstance(own, dict) or "host" in own:
        return mailbox
    said = set(own).union(*(keys for keys in TOGETHER if keys & set(own)))
    taken = {key: value for key, value in shared.items() if key not in said}
    return {**mailbox, "submission": taken | own}
