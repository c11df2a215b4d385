"""Compiled templates, and wording with them.

A template is a pair of files: `NAME.txt`, whose first line is its subject, and
`NAME.html`; both say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    UndefinedError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.errors import MessageError
from triage.reply.model import Organisation, Wording
from triage.reply.source import SubjectLine
from triage.reply.variables import Variables, organisation_variables
from triage.reply.words import fill

_RENDER_ERRORS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What an expression of a template can raise."""


@dataclass(frozen=True, slots=True)
class TemplatePair:
    """One letter's subject and its two equal bodies."""

    name: str
    subject: SubjectLine
    text: Template
    html: Template
    is_notice: bool = False
    """For our own people."""

    def word(self, variables: Variables) -> Wording:
        """Render both bodies; MessageError where an expression fails."""
        try:
            text, html = self.text.render(variables), self.html.render(variables)
        except _RENDER_ERRORS as error:
            raise MessageError(
                f"the template {self.name} cannot be rendered: {error}"
            ) from error
        return Wording(text=fill(text), html=html.strip() + "\n")


@dataclass(frozen=True)
class Templates:
    """Every template, compiled and checked for one organisation."""

    organisation: Organisation
    pairs: Mapping[str, TemplatePair]

    def __contains__(self, template: str) -> bool:
        return template in self.pairs

    def pair(self, template: str) -> TemplatePair:
        """Return a template; MessageError where there is none of that name."""
        if (found := self.pairs.get(template)) is None:
            raise MessageError(f"there is no template {template}")
        return found

    def subject_of(self, template: str, reference: str) -> str:
        """Return the subject that a letter from this template would carry."""
        return self.pair(template).subject.with_reference(reference)


def make_environment(
    sources: Mapping[str, str], organisation: Organisation
) -> ImmutableSandboxedEnvironment:
    """Return the sandbox in which `sources`, by file name, are compiled."""
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: (sources[name], name, None)),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False),
        finalize=_must_have_a_value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals.clear()
    environment.globals.update(organisation_variables(organisation))
    return environment


def _must_have_a_value(value: object) -> object:
    """Stop `None` from being printed; Jinja calls this for every value it prints."""
    if value is None:
        raise UndefinedError(
            "a value is printed that not every letter has; ask for it first, "
            "as in {% if respond_by %}"
        )
    return value
