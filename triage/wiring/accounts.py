"""Mailboxes of one account: no folder may be that of two of them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from triage.config import Config
from triage.errors import Problem
from triage.ruleset.schema import RuleFiles
from triage.wiring.servers import inbox_of


def folders_of_two(
    configs: Sequence[Config], tables: Mapping[str, RuleFiles]
) -> Iterator[Problem]:
    """Yield folders that two mailboxes of one account would both file into or read.

    What one of them filed there, the other would take for moved by a person. `tables`
    are the rules by the name of their mailbox; one that is not there is left out.
    """
    known = [each for each in configs if each.mailbox.name in tables]
    for one, other in combinations(known, 2):
        if inbox_of(one).account != inbox_of(other).account:
            continue
        names = one.mailbox.name, other.mailbox.name
        first, second = (
            _folders(each, tables[name])
            for each, name in zip((one, other), names, strict=True)
        )
        if both := sorted(first.keys() & second.keys()):
            shared = ", ".join(f"`{first[each]}`" for each in both)
            yield Problem(
                f"the mailboxes `{names[0]}` and `{names[1]}` are of one account, and"
                f" both use the folders {shared}",
                hint="give one of them rules that file elsewhere: rules = { folder ="
                " … } below its [[mailbox]]",
            )


def _folders(config: Config, tables: RuleFiles) -> dict[str, str]:
    """Return folders as they are written, by what a server takes them for at most."""
    found = (
        config.mailbox.folder,
        *(route.folder for route in tables.route),
        tables.automatic.folder,
        tables.modes.approved_folder,
        tables.modes.rejected_folder,
        tables.answers.closed_folder,
    )
    return {each.casefold(): each for each in found if each}
