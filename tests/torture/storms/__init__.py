"""Loops and storms: how many letters leave, whoever writes back, and how often."""

from tests.torture.row import Row
from tests.torture.storms import two
from tests.torture.storms.again import repeat
from tests.torture.storms.floods import (
    bounce_every_letter,
    forge_a_victim,
)
from tests.torture.storms.stock import find_old_mail, number_anew
from tests.torture.storms.zoo import visit_the_zoo

ROWS = (
    Row(
        name="storms-two",
        fault="two installations face each other; marks are lost on the way",
        run=two.run,
    ),
    Row(
        name="storms-zoo",
        fault="machines answer every letter, marked as such or not",
        run=visit_the_zoo,
    ),
    Row(
        name="storms-bounce",
        fault="every acknowledgement bounces",
        run=bounce_every_letter,
    ),
    Row(
        name="storms-victim",
        fault="1,000 forged complaints name one victim, who complains as well",
        run=forge_a_victim,
    ),
    Row(
        name="storms-same",
        fault="one mail comes 50 times: as it is, by other ways, or under other ids",
        run=repeat,
    ),
    Row(
        name="storms-first",
        fault="20,000 old mails lie there at the first start",
        run=find_old_mail,
        is_short=False,
    ),
    Row(
        name="storms-renumbered",
        fault="UIDVALIDITY changes under 5,000 mails",
        run=number_anew,
        is_short=False,
    ),
)
