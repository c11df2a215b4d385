"""Hostile mail: every kind that is known, and a million that nobody thought of.

kind                what a kind of bad input is
writing             complaints to build them from
framing … content   the 120 kinds, in groups
kinds               all of them, by number
office              an installation with the shipped rules, and one pass over mail
arriving            ROW all kinds in one mailbox, ordinary mails between them
costing             ROW what each kind costs the reader process
killing             ROWS the reader is killed while it works
chain               octets → message → decision → letter, without any server
million             ROW damaged mails through the chain
"""

from tests.torture.hostile.arriving import ARRIVING
from tests.torture.hostile.killing import BOMBING, KILLING
from tests.torture.hostile.million import MILLION

ROWS = (ARRIVING, BOMBING, KILLING, MILLION)
