"""SQLite behind words of the domain; the only SQL of the program.

Opening
    Store.open(path, *, exclusive: bool) -> Store     a context manager; close()
        exclusive=True is the daemon's: makes the file, migrates it, takes the lock
        file, runs quick_check. exclusive=False is the command line's, beside a running
        daemon: an existing store only. Raises ConfigError in words for people.
    One store serves every thread (a connection each). Whatever the disk or another
    process does wrong is a TransientError: not the message's fault, so let it pass
    through the guard around one message. Times go in aware and come out aware in UTC.

    store.kept_copies() / forget_copies(now)   beside it: as it was before something
    store.salt -> bytes        what Message-IDs of this very store are bound to

Transactions
    store.batch()       context manager: one IMMEDIATE transaction for many messages
    store.attempt()     context manager inside it: a savepoint around one message; an
                        exception undoes that message alone and goes on upwards
    Every writing call below joins an open batch, else it is a transaction by itself.
    A batch keeps other writers waiting (dispatch too): parse before it, keep it short.

One message (intake)
    store.recall(inquiry: Inquiry) -> History
    store.next_reference(now, prefix="CMP") -> str        'CMP-2026-00042', in the batch
    store.record(record: Record) -> Recorded              everything about one message;
        the same place twice changes nothing; bytes known from another place are
        recorded as a duplicate and queue no letter

What was received, once more (comparison of editions, replay)
    store.received(limit=None, since=None) -> Iterator[Received]   in time order
    store.opened_by() -> dict[Message-ID, reference]               of first messages
    Store.scratch() -> Store      empty, of one thread, gone when closed: to try things

Where every message of a mailbox is (intake)
    store.ledger.known(inbox, uidvalidity, uids) -> set[int]
    store.ledger.leave(inbox, uidvalidity, uids, reason, now)
    store.ledger.set_aside(SetAside(...)) -> None
    store.ledger.unfiled(inbox) -> list[(uid, folder)]    committed, not moved yet
    store.ledger.mark_filed(inbox, uidvalidity, uids, now)
    store.ledger.last_uidvalidity(inbox) -> int | None
    store.ledger.rekey(Rekeying(...)) -> set[int]         UIDs known by their bytes;
        what is taken up later from that mailbox's old stock has History.is_rekeyed
    store.ledger.reconcile(inbox, uidvalidity, uids_on_server, now) -> Ledger
    store.balances.note(Balance(...)) / last()             how the ledger stood
    store.ledger.asides() -> list[Aside]
    store.ledger.raw(sha256) -> bytes | None

Every message, one line each (command line)
    store.fates.listed(*, without_case=False) -> list[Fate]
    store.fates.left_alone() -> int

Cases (command line, digest)
    store.cases.listed(*, only_open=False) -> list[CaseLine]
    store.cases.show(reference) -> CaseFile | None
    store.cases.debts() -> list[Debt]                     open duties to acknowledge
    store.cases.reroute(Rerouting(...)) -> Rerouted       a person overrules the rules
    store.cases.track_record(since, until=None) -> TrackRecord   how often rules decided
    store.cases.search(CaseQuery(...)) -> Found           filtered, sorted, limited
    store.cases.particulars(references) -> {reference: {Field: text}}

What people do to a case (command line, jobs), each with Deed(at, by, act, why)
    store.register.open(CaseByHand(...), deed)            no mail: telephone, letter …
    store.register.acknowledge(reference, deed) -> bool
    store.register.answer(reference, deed, at=None)
    store.register.extend(reference, deed, until)
    store.register.close(reference, deed, outcome, root_cause=None)
    store.register.reopen(reference, deed, acknowledge_by, respond_by)
    store.register.escalate(reference, deed, decision, letters=())   FinalStepError
    store.register.merge(reference, into, deed)                      MergeError
    store.register.link(reference, other, deed) / unlink(…) -> bool
    store.register.admit(reference, deed, address) -> items     a say for somebody else
    store.register.record(reference, deed, {Field: text})
    store.register.note(reference, deed, text) / assign(reference, deed, owner)
        CaseMoveError; states and moves stand in triage/store/case_states.py
    store.matters.add(reference, kind, words, at) / settle(reference, Deed(...))
    store.matters.open_matters() / of_case(reference)    what a person must look at
    store.audit.entries(about) / verify(head=None) / head()      who did what and why
    store.duties.due(now, until) -> list[Duty]        what is owed, and what waits
    store.clocks.holding.late(now, until) -> list[LateCase] / put(…) / leave(…)
    store.clocks.calendars.last() / note(calendar, now) / promises() / move(…)
    store.clocks.quiet.answered(…) / owed_nothing(…) / close(…)   what closes by itself
    store.clocks.reminders.given(since, until) / note(reminders, day) / is_alerted(day)
    store.looking()     context manager: one state of the store for many questions
    store.overview, store.happened: what is open, what waits, what happened, each a
        Listed(count, rows, by); their docstrings say what each figure counts
    store.digests.is_made(day) / last_before(day) / note(DigestRow(...))

Counts for a report; no sender is in them: see triage/store/figures.py
    store.figures.came(span), flow(spans), counted(by, span), stages(span) …
People (command line, digest)
    store.senders.find(spelling) / of_case(reference) -> root | None
    store.senders.show(root) -> SenderFile | None
    store.senders.listed(since, now, most, by_flags=False) -> list[SenderLine]
    store.senders.part(root, spellings, addresses, Deed(...)) / join(one, other, Deed)
    store.restrictions.propose(Proposal(...), Deed(...)) -> number
    store.restrictions.approve(number, Deed, letter) / reject(number, Deed)
    store.restrictions.renew(number, Deed, review, letter) / lift(number, Deed, letter)
    store.restrictions.get(number, now) / of_person(root, now) / listed(now)
    store.restrictions.due(now, until) -> list[Restriction]   lapse unless renewed
    store.restrictions.pending(now, until, most) -> Listed[Pending]    … or proposed

Outbox (dispatch, command line); states and moves stand in triage/store/states.py
    store.outbox.listed(*states) -> list[OutboxLine]
    store.outbox.show(id) -> OutboxItem | None            the frozen bytes and all moves
    store.outbox.resend(id, now) / drop(id, now)   a person's acts; IllegalMoveError
    store.outbox.reported_case(addresses, now) -> str | None      whom a report may mean
    store.outbox.notify(letter, now) -> bool              a notice of no case, once
    store.outbox.canaries: the test mails among them; see triage/store/canaries.py
    the moves of dispatch: see triage/store/outbox.py

Letters that wait for approval (command line, approved folder)
    store.approvals.approve(id, now, by)        IllegalMoveError; HandedOverError where
        the letter may have arrived and `resend` is the question
    store.approvals.reject(id, now, by, why) / edit(id, data, Edit(...))
    store.approvals.edits(id) -> list[Edit]               what people replaced
    store.handed_in: mails in the folders for approval; see triage/store/handed_in.py

What people do in their mail program (answers)
    store.sent.correspondence(message_ids, proven, named) -> Correspondence
    store.sent.note(SentMail(...), now) -> bool      a mail to a party, and its effect
    store.sent.names_a_case(message_ids) -> bool
    store.watches.last(folder) / note(folder, Watch(...)) / seen(...) / mark_seen(...)

Editions (rule files and templates: what is in force, what was tried)
    store.editions.keep(edition, counts, now)
    store.editions.get(prefix) -> KeptEdition             raises ConfigError
    store.editions.activate(Activation(...)) / in_force() -> Activation | None
    store.editions.note_trial(Trial(...)) / last_trial() -> Trial | None
    store.editions.history() -> list[Activation | Trial]
    store.editions.accept(Acceptance(...)) / accepted(hash) -> tuple[Acceptance, ...]

Mailboxes (each sees its own rows through store.within(name))
    store.mailboxes.settle(configured) -> names             at the daemon's start
    store.mailboxes.left(configured) -> tuple[Left, ...]    what nobody serves any more

Whether the program is well (daemon, alarm, status)
    store.heartbeat.note(job, now) / last(job) -> datetime | None / note_end(now)
    store.vigils.keep(Vigil(...)) / last()                 the daemon's signs of life
    store.restorations.last() -> Restoration | None        an older store came back
    holder_of(path) / why_unwritable(path)      beside the store: looked at, not opened
    faults_of_store(path, seconds) -> Problems            a quick check, changes nothing
    store.balances.amiss(now) -> tuple[str, ...]           own sums that do not come out
    store.outbox.waiting(now) -> OnTheWay
    store.counting.mark() / since(mark) -> (Passed, Mark)  what was added since

Breaker (intake)
    store.breaker.is_open(now) -> bool                    also in History
    store.breaker.trip(now, limit, alert: Letter | None) -> bool
        call it when History.spent.in_hour >= limit and hold the reply; True when this
        opened it, and only then the alert is queued. It closes by itself one hour
        later, once the last hour is below the limit; what it held stays held.
    store.breaker.close(now)

Values (Inquiry, Record, Letter, SetAside, Rekeying, …): triage/store/model.py.
"""

from triage.decision.model import MatterKind
from triage.store.approval import Edit
from triage.store.audit import DAEMON, AuditEntry, Deed, Verification
from triage.store.balances import Balance
from triage.store.by_hand import CaseByHand
from triage.store.case_model import (
    CaseFile,
    EndedStage,
    MessageEntry,
    Note,
    Overruling,
    StageEnd,
)
from triage.store.case_states import (
    CASE_MOVES,
    CaseAct,
    CaseMoveError,
    CaseState,
    FinalStepError,
    MergeError,
)
from triage.store.counting import Mark, Passed
from triage.store.digests import DigestRow
from triage.store.duties import Duty, DutyKind, Stage
from triage.store.editions import (
    Acceptance,
    Activation,
    Blocking,
    Counts,
    How,
    KeptEdition,
    Outcome,
    Trial,
)
from triage.store.fates import Fate
from triage.store.figures import (
    Came,
    Ending,
    Figures,
    Property,
    RequestClock,
    Restricted,
    Span,
    StageClocks,
)
from triage.store.handed_in import Filed, HandedIn, Spot
from triage.store.happened import CameIn, Finished
from triage.store.holder import Holder, holder_of, why_unwritable
from triage.store.holding import LateCase
from triage.store.listed import ALL, Listed, listed
from triage.store.mailboxes import Left
from triage.store.matters import Matter
from triage.store.model import (
    Aside,
    CaseLine,
    Category,
    Channel,
    Debt,
    Inbox,
    Inquiry,
    Ledger,
    Letter,
    OutboxItem,
    OutboxLine,
    Place,
    Record,
    Recorded,
    Rekeying,
    SentEntry,
    SetAside,
)
from triage.store.overview import Flagged, Request, Unread, Unsettled, Waiting
from triage.store.particulars import Field
from triage.store.parting import NothingLeftError
from triage.store.quiet import Quiet
from triage.store.received import Received
from triage.store.register import NOT_STATED
from triage.store.reminders import Reminder
from triage.store.rerouting import Rerouted, Rerouting
from triage.store.restorations import Restoration
from triage.store.restriction_states import (
    RestrictionAct,
    RestrictionMoveError,
    RestrictionState,
    SamePersonError,
    TwiceError,
)
from triage.store.restrictions import (
    Pending,
    Proposal,
    Restriction,
    Review,
    letter_kind,
)
from triage.store.search import ANY, CaseQuery, Found, Sort
from triage.store.senders import (
    SenderAddress,
    SenderCase,
    SenderFile,
    SenderLine,
    SenderMail,
    Tie,
)
from triage.store.sent import SentMail
from triage.store.soundness import faults_of_store
from triage.store.states import HandedOverError, IllegalMoveError, State
from triage.store.store import Store
from triage.store.track_record import Times, TrackRecord
from triage.store.vigils import Vigil
from triage.store.watches import Watch

__all__ = [
    "ALL",
    "ANY",
    "CASE_MOVES",
    "DAEMON",
    "NOT_STATED",
    "Acceptance",
    "Activation",
    "Aside",
    "AuditEntry",
    "Balance",
    "Blocking",
    "Came",
    "CameIn",
    "CaseAct",
    "CaseByHand",
    "CaseFile",
    "CaseLine",
    "CaseMoveError",
    "CaseQuery",
    "CaseState",
    "Category",
    "Channel",
    "Counts",
    "Debt",
    "Deed",
    "DigestRow",
    "Duty",
    "DutyKind",
    "Edit",
    "EndedStage",
    "Ending",
    "Fate",
    "Field",
    "Figures",
    "Filed",
    "FinalStepError",
    "Finished",
    "Flagged",
    "Found",
    "HandedIn",
    "HandedOverError",
    "Holder",
    "How",
    "IllegalMoveError",
    "Inbox",
    "Inquiry",
    "KeptEdition",
    "LateCase",
    "Ledger",
    "Left",
    "Letter",
    "Listed",
    "Mark",
    "Matter",
    "MatterKind",
    "MergeError",
    "MessageEntry",
    "Note",
    "NothingLeftError",
    "OutboxItem",
    "OutboxLine",
    "Outcome",
    "Overruling",
    "Passed",
    "Pending",
    "Place",
    "Property",
    "Proposal",
    "Quiet",
    "Received",
    "Record",
    "Recorded",
    "Rekeying",
    "Reminder",
    "Request",
    "RequestClock",
    "Rerouted",
    "Rerouting",
    "Restoration",
    "Restricted",
    "Restriction",
    "RestrictionAct",
    "RestrictionMoveError",
    "RestrictionState",
    "Review",
    "SamePersonError",
    "SenderAddress",
    "SenderCase",
    "SenderFile",
    "SenderLine",
    "SenderMail",
    "SentEntry",
    "SentMail",
    "SetAside",
    "Sort",
    "Span",
    "Spot",
    "Stage",
    "StageClocks",
    "StageEnd",
    "State",
    "Store",
    "Tie",
    "Times",
    "TrackRecord",
    "Trial",
    "TwiceError",
    "Unread",
    "Unsettled",
    "Verification",
    "Vigil",
    "Waiting",
    "Watch",
    "faults_of_store",
    "holder_of",
    "letter_kind",
    "listed",
    "why_unwritable",
]
