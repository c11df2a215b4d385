"""What a message is judged by and answered with."""

from collections.abc import Sequence
from dataclasses import dataclass

from triage.decision import Ourselves
from triage.message import Message
from triage.message.token import Minted, verify_id
from triage.reply import Organisation, Templates
from triage.ruleset import Ruleset


@dataclass(frozen=True)
class Rulebook:
    """A rule set, the letters and who we are: taken together, replaced together.

    `keys` make Message-IDs provably ours; the first one mints, all of them verify.
    """

    ruleset: Ruleset
    templates: Templates
    organisation: Organisation
    ourselves: Ourselves
    keys: Sequence[bytes]
    mailbox: str = ""
    """Which one it is for, where there are several."""

    def ours_among(self, ids: Sequence[str]) -> tuple[Minted, ...]:
        """Return what we once said in those of the Message-IDs that are ours."""
        domain = self.organisation.message_id_domain
        minted = (verify_id(each, self.keys, domain) for each in ids)
        return tuple(each for each in minted if each is not None)

    def proven_cases(self, message: Message) -> tuple[str, ...]:
        """Return the references of cases that the message provably belongs to."""
        minted = self.ours_among((*message.references, *message.returned_ids))
        return tuple(dict.fromkeys(each.reference for each in minted))
