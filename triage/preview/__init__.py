"""Letters looked at before anybody gets one.

letters   every letter that the rules can send, worded for a sample or a real case
page      those letters as one page for a browser: text beside HTML
page.html the page's own template
"""

from triage.preview.letters import (
    Circumstances,
    Preview,
    circumstances_of,
    letters_of,
    names_of_letters,
    sample_circumstances,
)
from triage.preview.page import page_of

__all__ = [
    "Circumstances",
    "Preview",
    "circumstances_of",
    "letters_of",
    "names_of_letters",
    "page_of",
    "sample_circumstances",
]
