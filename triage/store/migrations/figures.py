"""What a report counts by."""

_FIGURES = """
CREATE INDEX cases_clock_from ON cases (clock_from);
CREATE INDEX stages_clock_from ON stages (clock_from);
"""

STEPS = (("0015_figures", _FIGURES),)
