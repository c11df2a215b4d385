"""A mail that a person moved: its case is closed, or belongs elsewhere.

What the program filed itself is no news: it lies where the store says. A folder is
believed only where it was seen without the mail after that was filed (triage.moved);
its first look takes nothing.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from triage.answers.look import Look, Mailbox
from triage.intake import Rulebook
from triage.moved import known_again, known_by_header
from triage.rerouting import Judgement, reroute
from triage.ruleset.schema import Route
from triage.store import (
    NOT_STATED,
    CaseFile,
    CaseState,
    Deed,
    Filed,
    MatterKind,
    Rerouted,
    Store,
)

log = logging.getLogger(__name__)

WITH_OUTCOME = (
    "It was closed in the mail program. With what outcome, and what was the cause?"
    " triage case close {reference} --outcome … --root-cause …"
)
TOO_EARLY = (
    'A mail of it lies in the folder "{folder}", perhaps since it came. If it is meant'
    " to, move it out and in again"
)
IS_CLOSED = (
    'A mail of it was moved to the folder "{folder}", but the case is closed.'
    " To go on with it: triage case reopen {reference}"
)
NO_ROUTE = (
    'A mail of it was moved to the folder "{folder}", which changes nothing by itself:'
    " no case comes on that route by being moved"
)
SEVERAL = (
    'A mail of it was moved to the folder "{folder}", which several routes have.'
    " Say which: triage case reroute {reference} …"
)
HAS_GONE = (
    "It was rerouted in the mail program, but a letter of the route before is out:"
    " please write to the person"
)


@dataclass(frozen=True)
class Filing:
    """Takes up what people moved."""

    store: Store
    rulebook: Rulebook

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The folders of closed cases and of routes."""
        closed = self.rulebook.ruleset.tables.answers.closed_folder
        routes = (route.folder for route in self.rulebook.ruleset.tables.route)
        return tuple(dict.fromkeys((*((closed,) if closed else ()), *routes)))

    def take(
        self, mailbox: Mailbox, look: Look, new: list[int], done: Counter[str]
    ) -> set[int]:
        """Do what people meant who moved mails here; nothing is left for later."""
        if look.before is None:
            return set()
        listed = {each.uid: each for each in mailbox.peek(new)}
        unknown = []
        for each in listed.values():
            filed = known_by_header(self.store, each)
            if filed is None or filed.folder != look.folder:
                unknown.append(each)
        for fetched in mailbox.fetch(unknown):
            filed = known_again(self.store, listed[fetched.uid], fetched)
            if filed is None or not filed.case or not filed.is_ours:
                continue
            if filed.folder != look.folder:
                with self.store.batch():
                    done[self._moved(filed, filed.case, look)] += 1
        return set()

    def _moved(self, filed: Filed, reference: str, look: Look) -> str:
        """Note where a mail lies now, and do what that means; return it in a word."""
        case = self._going_on(reference)
        if look.before is None or look.before < filed.since:
            return self._ask(case, TOO_EARLY, look)
        self.store.handed_in.note_moved(filed.message, look.folder, look.at)
        if look.folder == self.rulebook.ruleset.tables.answers.closed_folder:
            return self._close(case, look)
        return self._put_elsewhere(case, look)

    def _put_elsewhere(self, case: CaseFile, look: Look) -> str:
        """Put a case on the route whose folder this is, where that can be told."""
        every = self.rulebook.ruleset.tables.route
        routes = {route.id: route for route in every if route.folder == look.folder}
        if case.line.route in routes:
            return "moved"
        if case.line.state in (CaseState.CLOSED, CaseState.MERGED):
            return self._ask(case, IS_CLOSED, look)
        if len(routes) > 1:
            return self._ask(case, SEVERAL, look)
        (route,) = routes.values()
        if not self._may_be_put_on(route):
            return self._ask(case, NO_ROUTE, look)
        return self._reroute(case, route, look)

    def _going_on(self, reference: str) -> CaseFile:
        """Return a case, or the one that goes on instead."""
        case = self.store.cases.show(reference)
        while case is not None and case.line.merged_into is not None:
            case = self.store.cases.show(case.line.merged_into)
        if case is None:
            raise LookupError("a case that must exist is missing")
        return case

    def _close(self, case: CaseFile, look: Look) -> str:
        if case.line.state not in (CaseState.OPEN, CaseState.ANSWERED):
            return "moved"
        deed = Deed(at=look.at, by=_who_moved_to(look.folder), act="close")
        self.store.register.close(case.line.reference, deed, NOT_STATED)
        self._put(case, MatterKind.OUTCOME, WITH_OUTCOME, look)
        log.info("%s is closed in the mail program", case.line.reference)
        return "closed"

    def _reroute(self, case: CaseFile, route: Route, look: Look) -> str:
        judged = Judgement(
            route=route.id,
            why=f"the mail was moved to the folder {look.folder}",
            by=_who_moved_to(look.folder),
            at=look.at,
        )
        rerouted: Rerouted = reroute(case, judged, self.rulebook.ruleset, self.store)
        if rerouted.gone:
            self._put(case, MatterKind.MOVED, HAS_GONE, look)
        log.info("%s is rerouted in the mail program", case.line.reference)
        return "rerouted"

    def _may_be_put_on(self, route: Route) -> bool:
        """Whether a route is one of cases: no last step, no mails to known cases."""
        lines = [
            line for line in self.rulebook.ruleset.tables.rule if line.route == route.id
        ]
        is_of_mails = bool(lines) and all(line.known_case for line in lines)
        return not route.escalates and not is_of_mails

    def _ask(self, case: CaseFile, words: str, look: Look) -> str:
        self._put(case, MatterKind.MOVED, words, look)
        return "put before a person"

    def _put(self, case: CaseFile, kind: MatterKind, words: str, look: Look) -> None:
        reference = case.line.reference
        told = words.format(reference=reference, folder=look.folder)
        self.store.matters.add(reference, kind, told, look.at)


def _who_moved_to(folder: str) -> str:
    return f"a colleague who moved the mail to {folder}"
