"""What came in a period, and how well promises were kept.

gathering  a report from the store
period     days and weeks in the board's time zone
clocks     the clocks of many stages, gone through once
promises   what was promised by a date, and kept or not
durations  office hours, medians and percentiles
comparing  what comes more often than is usual for it
sections   what came when, promises kept, how long it took, as tables
counts     … how many of each kind
unusual    … what stands out, and which rules were overruled
tables     what page, charts, CSV and JSON are all made of
wording    figures as people read them
charts     a table as SVG; needs `triage-mail[report]`
page       all of it for a browser
page.html  the page's own template
rows       all of it for spreadsheets and scripts
"""

from triage.report.gathering import Question, report_of
from triage.report.page import page_of
from triage.report.period import Period
from triage.report.rows import all_rows_of, as_objects, rows_of
from triage.report.tables import Report

__all__ = [
    "Period",
    "Question",
    "Report",
    "all_rows_of",
    "as_objects",
    "page_of",
    "report_of",
    "rows_of",
]
