"""docs/transcripts.md: what the program prints, from a program that really runs.

    python -m tests.cli.transcripts [-k WORDS]    prints them anew into the page

page      the blocks of the page, each under its name
steady    ports, paths, moments: the same in every run
terminal  somebody who types at the program
names     a server of DNS names
writing   a plugin of pytest: blocks are written instead of compared
"""
