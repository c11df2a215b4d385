"""The log: one line an event; readable in a terminal, JSON otherwise.

Modules log as Python's library has it. Besides its words an event may have a few keys,
which are passed as `extra`; whatever else a library adds stays out, since it might
quote mail.
"""

import logging
import sys
from typing import Literal

import structlog

KEYS = ("job", "case", "decision", "letter", "route", "uid", "seconds")
"""decision: the number under which the store keeps it; seconds: how long it took."""
INDENT = "\n    "
QUIET = {
    # Their words may quote mail.
    "imapclient": logging.CRITICAL,
    "imaplib": logging.CRITICAL,
    # Two lines for every run of a job; what a job did it says itself.
    "apscheduler": logging.ERROR,
}

Form = Literal["auto", "text", "json"]


def log_to_stderr(level: str, form: Form = "auto") -> None:
    """Log to standard error, which systemd keeps; `auto` is text in a terminal."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter_of(form, is_terminal=sys.stderr.isatty()))
    logging.basicConfig(handlers=[handler], level=level.upper())
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)


def formatter_of(form: Form, *, is_terminal: bool) -> logging.Formatter:
    """Return what makes a line of an event."""
    is_text = is_terminal if form == "auto" else form == "text"
    when = "%Y-%m-%d %H:%M:%S" if is_text else "iso"
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(KEYS),
            structlog.processors.TimeStamper(when, utc=not is_text),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *(_text(has_colours=is_terminal) if is_text else _json()),
        ],
    )


def _text(*, has_colours: bool) -> list[structlog.typing.Processor]:
    return [
        _indented,
        structlog.dev.ConsoleRenderer(
            colors=has_colours,
            exception_formatter=structlog.dev.plain_traceback,
        ),
    ]


def _indented(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep later lines of an event from looking like events of their own."""
    event["event"] = INDENT.join(str(event["event"]).splitlines())
    return event


def _json() -> list[structlog.typing.Processor]:
    return [
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
