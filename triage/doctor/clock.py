"""Whether the kernel knows its clock to be right."""

import ctypes

TIME_ERROR = 5
"""adjtimex(2): nobody has set the clock for long, or ever."""
_LARGEST_TIMEX = 512
"""Octets; struct timex has 208 on 64-bit Linux, and all zeros asks and sets nothing."""


def is_clock_kept() -> bool | None:
    """Tell whether a time service keeps the clock in step; None: cannot be told."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    state = adjtimex(ctypes.create_string_buffer(_LARGEST_TIMEX))
    return None if state < 0 else state != TIME_ERROR
