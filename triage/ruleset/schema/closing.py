"""With what cases end: outcomes and root causes."""

from pydantic import Field

from triage.ruleset.schema.entry import Entry, Id


class CaseOutcome(Entry):
    """What came of a complaint."""

    id: Id
    """The name that `triage case close --outcome` takes."""
    title: str
    """What it means, in a sentence that officers and the report read."""
    keep_months: int | None = Field(default=None, ge=0, le=1200)
    """Calendar months for which such cases are kept; 0: for ever. Without it, the
    months of `[retention]`."""


class RootCause(Entry):
    """Why it came to a complaint."""

    id: Id
    """The name that `triage case close --root-cause` takes."""
    title: str
    """What it means, in a sentence that officers and the report read."""


# Any register has these; rule files that name outcomes of their own replace them all.
USUAL_OUTCOMES = (
    CaseOutcome(id="upheld", title="The complaint was right"),
    CaseOutcome(id="partly-upheld", title="Part of the complaint was right"),
    CaseOutcome(id="not-upheld", title="The complaint was not right"),
    CaseOutcome(id="withdrawn", title="The person took the complaint back"),
    CaseOutcome(id="answered", title="It was answered; nobody judged who was right"),
    CaseOutcome(id="redirected", title="The person was told where it belongs"),
    CaseOutcome(id="recorded", title="It was recorded; no answer was owed"),
)
USUAL_ROOT_CAUSES = (
    RootCause(id="our-mistake", title="Somebody of us made a mistake"),
    RootCause(id="our-procedure", title="A procedure of ours does not serve people"),
    RootCause(id="our-information", title="What we tell people is wrong or unclear"),
    RootCause(id="our-systems", title="A system of ours failed"),
    RootCause(id="supplier", title="Somebody who works for us failed"),
    RootCause(id="elsewhere", title="The cause lies with somebody else"),
    RootCause(id="unknown", title="The cause could not be found"),
)
