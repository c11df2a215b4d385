"""Hostile IMAP servers, and a bad way to good ones."""

from tests.torture.imap import poor, trust, waiting, ways
from tests.torture.imap.changes import FOLDERS, OTHERS_ACT, RENUMBERED
from tests.torture.imap.emptiness import EMPTINESS
from tests.torture.imap.faults import (
    DROPS,
    GARBAGE,
    LITERALS,
    REFUSALS,
    STALLS,
    UNSOLICITED,
)
from tests.torture.imap.steps import DECISIVE, FOLDER_STEPS, NUMBERING
from tests.torture.imap.sweep import sweep, sweep_once
from tests.torture.row import Row

ROWS = (
    Row(
        name="imap-drop",
        fault="the connection breaks at any octet that matters of any command",
        run=sweep(DROPS),
    ),
    Row(
        name="imap-stall",
        fault="the server falls silent, or says an octet at a time",
        run=sweep(STALLS),
        is_short=False,
    ),
    Row(
        name="imap-garbage",
        fault="octets without meaning, endless lines, wrong tags",
        run=sweep(GARBAGE),
        is_short=False,
    ),
    Row(
        name="imap-unsolicited",
        fault="EXISTS, EXPUNGE, FETCH, VANISHED that nobody asked for",
        run=sweep(UNSOLICITED),
        is_short=False,
    ),
    Row(
        name="imap-literal",
        fault="literals and sizes that lie",
        run=sweep(LITERALS),
    ),
    Row(
        name="imap-refusal",
        fault="NO, BAD and BYE, with every code, before or after the effect",
        run=sweep(REFUSALS),
    ),
    Row(
        name="imap-empty",
        fault="OK without what was asked for, under other UIDs, twice",
        run=sweep(EMPTINESS),
        is_short=False,
    ),
    Row(
        name="imap-renumbered",
        fault="UIDVALIDITY and UIDNEXT change, vanish, come back, make no sense",
        run=sweep_once(RENUMBERED, NUMBERING),
    ),
    Row(
        name="imap-folder",
        fault="a folder is renamed, emptied, full, read-only or forbidden for a while",
        run=sweep_once(FOLDERS, FOLDER_STEPS),
    ),
    Row(
        name="imap-others",
        fault="somebody moves, reads and marks the same mail at the same moment",
        run=sweep_once(OTHERS_ACT, DECISIVE),
        is_short=False,
    ),
    Row(
        name="imap-poor",
        fault="no MOVE, UIDPLUS or NAMESPACE; MOVE answered as Exchange does",
        run=poor.run,
    ),
    Row(
        name="imap-tls",
        fault="STARTTLS stripped, refused, injected into; PREAUTH; no TLS; a "
        "certificate that is over, of another host, of nobody known",
        run=trust.run,
    ),
    Row(
        name="imap-idle",
        fault="the daemon waits for mail: faults at IDLE, while it waits, at DONE and "
        "LOGOUT; mail comes just then",
        run=waiting.run,
    ),
    Row(
        name="imap-poll",
        fault="the same at a server without IDLE, which is asked now and then",
        run=waiting.run_polling,
        is_short=False,
    ),
    Row(
        name="imap-way-cut",
        fault="the way to Dovecot: every connection is cut after any number of octets",
        run=ways.cut,
    ),
    Row(
        name="imap-way-slow",
        fault="the same, the daemon: latency, little bandwidth, pieces of a few octets",
        run=ways.slow,
        is_short=False,
    ),
    Row(
        name="imap-way-silent",
        fault="the same, the daemon: connections fall silent, or are half open",
        run=ways.silent,
        is_short=False,
    ),
)
