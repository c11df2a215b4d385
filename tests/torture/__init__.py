"""Faults, on purpose: what is tried, and who says whether anything went wrong.

ground.py, row.py     what a row of the table is, and what it stands on
finding.py            what is said where something went wrong
evidence.py           what a run leaves behind, as values
oracle/               judges evidence; it imports nothing of triage
site.py, mails.py     an installation on real servers that yields evidence; its mails
test_oracle.py        that the oracle can fail
toxics.py             a bad way to a good server: slow, chopped, cut, silent
rows.py               every row, by area; an area offers ROWS
pages.py              puts figures into docs/reliability.md
__main__.py           `python -m tests.torture [ROW…]`, which `make torture` calls
test_rows.py          the short form of every row, in `make test`
"""
