"""An attacker who can only send mail, and who knows the source code.

house.py       a whole installation with the shipped rules, and who writes to it
ways_in.py     ways into somebody else's case, as mails
joining.py     ROW into the cases of others
"""

from tests.torture.access.joining import join_by_mail
from tests.torture.row import Row

ROWS = (
    Row(
        name="access-join",
        fault="a stranger's mails name, forge or replay what leads into a case",
        run=join_by_mail,
    ),
)
