"""config.toml to Config, or every problem at once.

Paths in the file are relative to the file. Secrets are named, never written: a file, an
environment variable, a systemd credential or a command (see `Secret`).

tables   what can be written, and the configuration of one mailbox
several  [[mailbox]]: one configuration for each
loading  a file to configurations; which mailbox is meant
folders  rule files and templates, as they lie there
"""

from triage.config.folders import (
    NOT_UTF_8,
    UNREADABLE,
    look_at_folder,
    read_folder,
    readable_in,
)
from triage.config.loading import (
    OneMailbox,
    load_config,
    load_configs,
    meant_configs,
    meant_mailbox,
)
from triage.config.tables import (
    AlarmSubmissionTable,
    AlarmTable,
    Config,
    MailboxTable,
    SmtpTable,
)

__all__ = [
    "NOT_UTF_8",
    "UNREADABLE",
    "AlarmSubmissionTable",
    "AlarmTable",
    "Config",
    "MailboxTable",
    "OneMailbox",
    "SmtpTable",
    "load_config",
    "load_configs",
    "look_at_folder",
    "meant_configs",
    "meant_mailbox",
    "read_folder",
    "readable_in",
]
