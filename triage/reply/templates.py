"""Compiled templates, and wording with them.

A template is a pair of files: `NAME.txt`, whose first line is its subject, and
`NAME.html`; both say the same.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from traceback import walk_tb

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    UndefinedError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.errors import MessageError
from triage.reply.model import Organisation, Wording
from triage.reply.source import SubjectLine
from triage.reply.variables import Variables, organisation_variables
from triage.reply.words import fill

RENDER_ERRORS = (
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

    def word(self, variables: Variables) -> Wording:
        """Render both bodies.

        Raises MessageError naming the file and line that could not be rendered.
        """
        try:
            text, html = self.text.render(variables), self.html.render(variables)
        except RENDER_ERRORS as error:
            line = line_of(error, {f"{self.name}.txt", f"{self.name}.html"})
            raise MessageError(
                f"the template {self.name} cannot be rendered"
                f"{f' (line {line[1]} of {line[0]})' if line else ''}: {error}"
            ) from error
        return Wording(text=fill(text), html=html.strip() + "\n")


@dataclass(frozen=True)
class Templates:
    """Every template, compiled and checked for one organisation."""

    organisation: Organisation
    pairs: Mapping[str, TemplatePair]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.pairs)

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

    def load(name: str) -> tuple[str, str, None]:
        if name not in sources:
            raise TemplateNotFound(name)
        return sources[name], name, None

    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
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


def line_of(error: BaseException, files: Container[str]) -> tuple[str, int] | None:
    """Return the file and line of the innermost template frame, where there is one."""
    found = None
    for frame, line in walk_tb(error.__traceback__):
        if frame.f_code.co_filename in files:
            found = (frame.f_code.co_filename, line)
    return found
