"""SMTP servers that misbehave, and a bad way to good ones.

expected.py   what must become of letters, by stage and fault: the promise
faults.py     everything that a server can do in the place of an answer
desk.py       an installation with three letters to send
trial.py      one fault on it: tried, mended, judged
stages.py     ROWS every fault at every stage, and at the dot
special.py    ROW what only one stage can do wrong
witness.py    ROW what becomes of the copy of a letter without an answer
passage.py    ROWS a bad way to a good server
away.py       ROW how soon letters go once a server is back
stalling.py   ROW the daemon beside a server that says nothing
test_sabotage.py  a program that breaks a promise is found out
"""

from tests.torture.row import Row
from tests.torture.smtp.away import AWAY
from tests.torture.smtp.passage import CUTS, SLOW_WAY
from tests.torture.smtp.special import SPECIAL
from tests.torture.smtp.stages import STAGES, THE_DOT
from tests.torture.smtp.stalling import STALLING
from tests.torture.smtp.witness import WITNESS

ROWS: tuple[Row, ...] = (
    STAGES,
    THE_DOT,
    SPECIAL,
    WITNESS,
    CUTS,
    SLOW_WAY,
    AWAY,
    STALLING,
)
