"""Letters as one page for a browser: text beside HTML, light and dark, narrow and wide.

The page loads nothing and needs no network. Each letter stands in a frame of its own,
without scripts, so that its style and the page's do not mix.
"""

from collections.abc import Iterable
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, StrictUndefined

from triage.preview.letters import Preview

FRAMES = (
    ("wide, light", "wide light"),
    ("wide, dark", "wide dark"),
    ("narrow, light", "narrow light"),
    ("narrow, dark", "narrow dark"),
)


def page_of(letters: Iterable[Preview], organisation: str, edition: str) -> str:
    """Return the page; `edition` names the rules and templates that worded them."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    written = files("triage.preview").joinpath("page.html").read_text(encoding="utf-8")
    groups = [
        (template, list(group))
        for template, group in groupby(letters, key=lambda each: each.template)
    ]
    return environment.from_string(written).render(
        groups=groups, organisation=organisation, edition=edition, frames=FRAMES
    )
