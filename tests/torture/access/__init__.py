"""An attacker who can only send mail, and who knows the source code.

house.py       a whole installation with the shipped rules, and who writes to it
ways_in.py     ways into somebody else's case, as mails
joining.py     ROW into the cases of others
replying.py    ROWS replies to others, and with words of others
blocking.py    ROW a victim's reply, suppressed
printing.py    ROW what commands, files and the log show of them
own.py         ROW all that the program mails, parsed again
slowing.py     ROW the daemon made slow, and others kept waiting
costly.py      mails that cost as much as can be
hiding.py      ROW secrets, and files that hold mail
looking.py     what a letter may be, as its reader sees it
hands.py       a pass of the jobs, for the short form
"""

from tests.torture.access.blocking import block_a_victim
from tests.torture.access.hiding import hide_secrets
from tests.torture.access.joining import join_by_mail
from tests.torture.access.own import parse_own_mails
from tests.torture.access.printing import print_their_words
from tests.torture.access.replying import reply_to_others, reply_with_their_words
from tests.torture.access.slowing import slow_the_daemon
from tests.torture.row import Row

ROWS = (
    Row(
        name="access-join",
        fault="a stranger's mails name, forge or replay what leads into a case",
        run=join_by_mail,
    ),
    Row(
        name="access-recipient",
        fault="mails that would have a reply sent to somebody who did not write",
        run=reply_to_others,
    ),
    Row(
        name="access-words",
        fault="mails whose words would come into a letter, a header or a command",
        run=reply_with_their_words,
    ),
    Row(
        name="access-block",
        fault="mails that would keep a victim's complaint from being answered",
        run=block_a_victim,
        is_short=False,
    ),
    Row(
        name="access-slow",
        fault="mails made to cost time, and floods; somebody else's mail beside each",
        run=slow_the_daemon,
        is_short=False,
    ),
    Row(
        name="access-own",
        fault="everything that the program mails, parsed again from its octets",
        run=parse_own_mails,
        is_short=False,
    ),
    Row(
        name="access-output",
        fault="words that steer a terminal, a spreadsheet, a browser, a log or a path",
        run=print_their_words,
        is_short=False,
    ),
    Row(
        name="access-secrets",
        fault="a host on which others look on: modes, process list, logs, TLS keys",
        run=hide_secrets,
        is_short=False,
    ),
)
