"""Config to connected parts: the only constructor of adapters, and the only clock.

rulebook   rule files, templates and who we are, from a config
servers    the mailbox, the submission server and the witness
parts      the parts of one mailbox
running    the daemon and the single pass: all mailboxes
checking   what `triage check` looks at
doctor     what `triage doctor` looks at
faults     what is wrong with secrets, commands and the store
folders    rule files and templates where people edit them
rules      what mail is judged by, replaced while the daemon runs
trying     an edition tried in a process of its own
editions   going back to an edition, answering for what one does
status     how an installation is
replaying  what a replay judges by
rule_check what is wrong with an edition
rule_test  the examples of rule files, run and timed
logins     logins with tokens, and what of them comes to its end
learning   the second opinion, learnt from labelled mails
backups    backups made, checked and restored
testing    letters sent to a tester
alarms     the alarm job, and how it reaches somebody
liveness   whether the daemon runs, and what it told of itself
supervising  what systemd wants to hear, by the environment that it gave us
monitoring what is told over HTTP
logs       the log, for people and for scripts
"""

from triage.wiring.alarms import try_alarms
from triage.wiring.backups import Restored, back_up, check_backup, restore
from triage.wiring.checking import check_installation, try_servers, warnings_of
from triage.wiring.clock import now
from triage.wiring.doctor import Lookup, examine_installation, examine_server
from triage.wiring.editions import (
    Act,
    WentBack,
    accept_blocking,
    edition_named,
    go_back,
    policy_in_force,
    rulebook_in_force,
    rulebook_that_signs,
)
from triage.wiring.folders import changes_between, replace_file
from triage.wiring.learning import (
    learn_second_opinion,
    read_labelled,
    ruleset_to_learn_by,
    share_right,
)
from triage.wiring.liveness import (
    Liveness,
    daemon_in_words,
    hanging_jobs,
    is_preparing,
    liveness_of,
)
from triage.wiring.logins import PastedLogin, TypedLogin, begin_login
from triage.wiring.logs import log_to_stderr
from triage.wiring.replaying import Desk, desk
from triage.wiring.rule_check import Checked, check_folders
from triage.wiring.rule_test import Trial, examples_in, run_examples
from triage.wiring.rulebook import (
    config_to_look_at,
    edition_of,
    organisation_of,
    rulebook_of,
    rulebook_to_look_at,
    rulebook_without_keys,
)
from triage.wiring.running import (
    Installation,
    daemon_parts,
    run_daemon,
    run_once,
)
from triage.wiring.status import Status, WholeStatus, digest_now, status_of_all
from triage.wiring.stores import (
    config_of_letter,
    open_store,
    open_store_of_one,
    store_of_case,
)
from triage.wiring.supervising import patience_of
from triage.wiring.testing import submit_tests

__all__ = [
    "Act",
    "Checked",
    "Desk",
    "Installation",
    "Liveness",
    "Lookup",
    "PastedLogin",
    "Restored",
    "Status",
    "Trial",
    "TypedLogin",
    "WentBack",
    "WholeStatus",
    "accept_blocking",
    "back_up",
    "begin_login",
    "changes_between",
    "check_backup",
    "check_folders",
    "check_installation",
    "config_of_letter",
    "config_to_look_at",
    "daemon_in_words",
    "daemon_parts",
    "desk",
    "digest_now",
    "edition_named",
    "edition_of",
    "examine_installation",
    "examine_server",
    "examples_in",
    "go_back",
    "hanging_jobs",
    "is_preparing",
    "learn_second_opinion",
    "liveness_of",
    "log_to_stderr",
    "now",
    "open_store",
    "open_store_of_one",
    "organisation_of",
    "patience_of",
    "policy_in_force",
    "read_labelled",
    "replace_file",
    "restore",
    "rulebook_in_force",
    "rulebook_of",
    "rulebook_that_signs",
    "rulebook_to_look_at",
    "rulebook_without_keys",
    "ruleset_to_learn_by",
    "run_daemon",
    "run_examples",
    "run_once",
    "share_right",
    "status_of_all",
    "store_of_case",
    "submit_tests",
    "try_alarms",
    "try_servers",
    "warnings_of",
]
