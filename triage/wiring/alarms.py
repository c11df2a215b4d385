"""The alarm job and its channels, from a config."""

import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from triage.alarm import (
    Address,
    AlarmJob,
    Channel,
    Keeper,
    Kind,
    MailAlarm,
    OneOfOurs,
    Ping,
    Pinger,
    Policy,
    Pulse,
    RunCommand,
    Tellers,
    Webhook,
    read_book,
    told_or_why_not,
    trial_notice,
)
from triage.config import AlarmSubmissionTable, AlarmTable, Config, load_configs
from triage.dispatch import Dispatch
from triage.errors import ConfigError
from triage.logins import Secret
from triage.oauth.expiry import Expiry
from triage.reply.grammar import is_address
from triage.smtp import Limits, Submission
from triage.store import Store
from triage.wiring.clock import now, steady
from triage.wiring.logins import OF_ALARM, Logins
from triage.wiring.servers import named, server_in, server_of

LIMITS = replace(Limits(), connect=8.0, before_dot=20.0, after_dot=25.0)
"""An alarm that is late because a server is slow is told by another channel."""
TEAM = "team"
LAST_RESORT = "the team, by our own submission server"
NOBODY_HEARS = (
    "nobody would hear of an outbox that does not move: name a channel in [alarm]"
)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the alarm looks at, beside the store."""

    letters: Mapping[str, Dispatch]
    """Those of each configuration, in their order."""
    pulse: Pulse
    logins: Logins
    ends: Callable[[], Mapping[str, Expiry | None]]
    """What comes to its end, and when."""


def alarm_of(configs: Sequence[Config], store: Store, watched: Watched) -> AlarmJob:
    """Return the alarm job; it remembers whom the last run told what."""
    config, letters, logins = configs[0], watched.letters, watched.logins
    table, vigil = config.alarm, store.vigils.last()
    hindrances = [partial(_hindrance, each) for each in letters.values()]
    return AlarmJob(
        pulse=watched.pulse,
        letters=letters,
        keeper=Keeper(
            config.store.path,
            table.free_megabytes,
            tuple(name for name in letters if name),
            config.names,
        ),
        tellers=Tellers(
            channels_of(config, logins, configs[1:]),
            _last_resort(configs, logins, hindrances),
        ),
        policy=_policy(table),
        every=table.look_seconds,
        clock=now,
        steady=steady,
        pinger=_pinger(table),
        logins=logins.standing,
        ends=watched.ends,
        book=read_book(None if vigil is None else vigil.book),
    )


def _hindrance(letters: Dispatch) -> str | None:
    return letters.hindrance


def channels_of(
    config: Config, logins: Logins | None = None, beside: Sequence[Config] = ()
) -> tuple[Channel, ...]:
    """Return the channels that are configured; raises ConfigError."""
    table, host = config.alarm, socket.gethostname()
    found: list[Channel] = []
    if table.submission is not None:
        own = {each.submission.host.casefold() for each in (config, *beside)}
        found.append(_mail(table.submission, own, logins or Logins()))
    if table.webhook is not None:
        address = Address(read=_reader(table.webhook), ca_file=table.ca_file)
        found.append(Webhook(address=address, host=host))
    if table.command is not None:
        found.append(RunCommand(command=table.command, host=host))
    return tuple(found)


def hears_of_outbox(config: Config) -> bool:
    """Tell whether anybody hears of it if our own letters do not move."""
    reached = [
        each for each in channels_of(config) if Kind.OUTBOX not in each.fails_with
    ]
    return bool(reached or config.alarm.ping)


def try_alarms(path: Path) -> Iterator[tuple[str, str]]:
    """Send a test by every channel; yield each with why it failed, or nothing."""
    configs = load_configs(path)
    notice = trial_notice(now())
    for channel in channels_of(configs[0], beside=configs[1:]):
        yield channel.name, told_or_why_not(channel, notice)
    for config in configs:
        last = _by_our_own(config, Logins(), _teams((config,)), set())
        if last is not None:
            yield named(LAST_RESORT, config), told_or_why_not(last, notice)


def _mail(
    table: AlarmSubmissionTable, own_hosts: Collection[str], logins: Logins
) -> MailAlarm:
    wrong = [each for each in (table.from_address, *table.to) if not is_address(each)]
    if wrong:
        raise ConfigError(
            *(
                f"`{each}` in submission of [alarm] is no plain e-mail address"
                for each in wrong
            )
        )
    server = server_in(table, OF_ALARM, logins)
    # By any of its ports: what fails there is most often the server itself.
    is_same = table.host.casefold() in own_hosts
    return MailAlarm(
        name="submission",
        fails_with=frozenset({Kind.OUTBOX}) if is_same else frozenset(),
        submission=Submission(server, LIMITS),
        sender=table.from_address,
        to=table.to,
        host=socket.gethostname(),
    )


def _last_resort(
    configs: Sequence[Config],
    logins: Logins,
    hindrances: Sequence[Callable[[], str | None]],
) -> Channel | None:
    """Return our own submission servers, on connections of the alarm's own.

    Of several mailboxes it is the server of one whose letters move, and every team
    hears. Where all log in to one server as one, it fails with the letters.
    """
    told, teams = set[str](), _teams(configs)
    mails = [
        (hindrance, mail)
        for config, hindrance in zip(configs, hindrances, strict=True)
        if (mail := _by_our_own(config, logins, teams, told)) is not None
    ]
    senders = [each.submission for each in configs]
    if len({(each.host.casefold(), each.user) for each in senders}) == 1:
        return mails[0][1] if mails else None
    return OneOfOurs(name=TEAM, fails_with=frozenset(), mails=mails) if mails else None


def _teams(configs: Sequence[Config]) -> tuple[str, ...]:
    found = (each.contacts.get(TEAM) for each in configs)
    return tuple(dict.fromkeys(team for team in found if team is not None))


def _by_our_own(
    config: Config, logins: Logins, teams: tuple[str, ...], told: set[str]
) -> MailAlarm | None:
    if not teams:
        return None
    return MailAlarm(
        name=TEAM,
        fails_with=frozenset({Kind.OUTBOX}),
        submission=Submission(server_of(config, logins), LIMITS),
        sender=config.submission.from_address,
        to=teams,
        host=socket.gethostname(),
        told=told,
    )


def _pinger(table: AlarmTable) -> Pinger | None:
    if table.ping is None:
        return None
    return Pinger(
        Ping(address=Address(read=_reader(table.ping), ca_file=table.ca_file)),
        table.ping_seconds,
    )


def _reader(address: str | Secret) -> Callable[[], str]:
    return address.read if isinstance(address, Secret) else lambda: address


def _policy(table: AlarmTable) -> Policy:
    return Policy(
        mailbox=table.mailbox_seconds,
        outbox=table.outbox_seconds,
        ledger=table.ledger_seconds,
        store=table.store_seconds,
        failing=table.failing_seconds,
        stuck=table.stuck_seconds,
        calm=table.calm_seconds,
        again=table.again_seconds,
        remind=table.remind_seconds,
        ending_days=table.ending_days,
    )
