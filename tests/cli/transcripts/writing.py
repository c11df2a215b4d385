"""Named by `-p`, it lets each transcript be written instead of compared."""

NAME = __name__
