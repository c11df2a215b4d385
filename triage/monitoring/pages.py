"""Path → answer: small texts for probes, JSON for scripts, figures for Prometheus."""

import asyncio
import json
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from triage.monitoring.figures import Figures
from triage.monitoring.listening import Answer
from triage.monitoring.progress import without_addresses
from triage.monitoring.seeing import WAIT_SECONDS, Lookout, Seen
from triage.monitoring.standing import Standing

JSON = "application/json"
_SOON = 0.02


class Pages:
    """Everything that can be asked for."""

    def __init__(self, lookout: Lookout) -> None:
        self._lookout = lookout
        self._figures = Figures(lookout.seen)
        self._answers = {
            "/livez": self._alive,
            "/readyz": self._ready,
            "/status.json": self._status,
            "/metrics": self._metrics,
        }

    async def answer(self, path: str) -> Answer:
        """Return the answer to a path."""
        make = self._answers.get(path)
        if make is None:
            known = ", ".join(self._answers)
            return Answer(HTTPStatus.NOT_FOUND, f"there is only {known}\n".encode())
        if path in {"/status.json", "/metrics"}:
            await self._look()
        return make()

    async def _look(self) -> None:
        """Let the store be looked at where that is due, and wait only so long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_SECONDS
        while self._lookout.is_looking() and loop.time() < until:
            await asyncio.sleep(_SOON)

    def _alive(self) -> Answer:
        return _probed("alive", self._lookout.standstills())

    def _ready(self) -> Answer:
        return _probed("ready", self._lookout.reasons())

    def _status(self) -> Answer:
        told = json.dumps(_told(self._lookout.seen()), default=_written, indent=1)
        return Answer(HTTPStatus.OK, f"{told}\n".encode(), JSON)

    def _metrics(self) -> Answer:
        body = generate_latest(self._figures.registry)
        return Answer(HTTPStatus.OK, body, CONTENT_TYPE_PLAIN_0_0_4)


def _probed(well: str, reasons: tuple[str, ...]) -> Answer:
    if not reasons:
        return Answer(HTTPStatus.OK, f"{well}\n".encode())
    text = "".join(f"{reason}\n" for reason in reasons)
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, text.encode())


def _told(seen: Seen) -> dict[str, object]:
    """Return what `/status.json` shows."""
    outlook, standing = seen.outlook, seen.standing
    return {
        "at": seen.now,
        "version": seen.version,
        "is_ready": not seen.reasons,
        "reasons": seen.reasons,
        "needs": () if standing is None else standing.needs,
        "unwell": [] if outlook is None else [_plain(each) for each in outlook.unwell],
        "jobs": [] if outlook is None else [_plain(each) for each in outlook.jobs],
        **_of_store(standing),
        "store_failure": seen.failure,
    }


def _plain(value: object) -> dict[str, object]:
    """Return a job or a complaint about one, without an address in its reason."""
    plain: dict[str, object] = asdict(value)  # type: ignore[call-overload]  # dataclasses
    return plain | {"why": without_addresses(str(plain["why"]))}


def _of_store(standing: Standing | None) -> dict[str, object]:
    """Return what the store showed; of the only mailbox together with the rest."""
    if standing is None:
        return {"store": None, "mailboxes": {}}
    mailboxes = {name: asdict(each) for name, each in standing.mailboxes.items()}
    alone = mailboxes.pop("", {})
    shared = {
        "at": standing.at,
        "store_bytes": standing.store_bytes,
        "free_bytes": standing.free_bytes,
        "expires": {**alone.pop("expires", {}), **standing.expires},
    }
    return {"store": _without_needs(alone) | shared, "mailboxes": mailboxes}


def _without_needs(facts: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in facts.items() if key != "needs"}


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)
