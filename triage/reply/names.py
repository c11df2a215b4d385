"""The names that a template file uses, held against those that there are."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.errors import Problem
from triage.reply.model import Organisation
from triage.reply.source import TemplateFile
from triage.reply.variables import organisation_variables
from triage.tomlsource import did_you_mean

OF_THE_SENDER = frozenset(
    {
        "address",
        "author",
        "body",
        "complaint",
        "content",
        "email",
        "first_name",
        "from",
        "from_",
        "mail",
        "message",
        "name",
        "quoted",
        "reply_to",
        "sender",
        "sender_name",
        "signature",
        "text",
        "to",
        "user",
        "writer",
    }
)
"""Names by which other programs offer what a sender wrote."""

_OWNED_BY = {
    "organisation": "the variable `organisation` has no",
    "contacts": "the configuration's [contacts] has no",
    "links": "the configuration's [links] has no",
}
_UNKNOWN = {
    "organisation": "unknown-variable",
    "contacts": "unknown-contact",
    "links": "missing-link",
}


def name_problems(
    file: TemplateFile,
    files: Collection[str],
    environment: ImmutableSandboxedEnvironment,
    organisation: Organisation,
) -> Iterator[Problem]:
    """Yield what is wrong with one file's syntax and with every name in it."""
    try:
        tree = environment.parse(file.text, file.name)
        undeclared = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        problem = file.problem(error.message or "this is no template", error.lineno)
        yield replace(problem, code="template-syntax")
        return
    yield from _unknown_variables(file, tree, undeclared - file.variables)
    yield from _unknown_members(file, tree, organisation)
    yield from _unknown_files(file, tree, files)


def _unknown_variables(
    file: TemplateFile, tree: nodes.Template, unknown: set[str]
) -> Iterator[Problem]:
    for name, line in sorted(
        {
            (node.name, node.lineno)
            for node in tree.find_all(nodes.Name)
            if node.name in unknown and node.ctx == "load"
        },
        key=lambda found: found[1],
    ):
        known = f"known here: {', '.join(sorted(file.variables))}"
        if name in OF_THE_SENDER:
            told = f"no letter can say what the sender wrote: there is no `{name}`"
            yield replace(file.problem(told, line, name, known), code="sender-text")
            continue
        hint = did_you_mean(name, file.variables) or known
        problem = file.problem(f"unknown variable `{name}`", line, name, hint)
        yield replace(problem, code="unknown-variable")


def _unknown_members(
    file: TemplateFile, tree: nodes.Template, organisation: Organisation
) -> Iterator[Problem]:
    there_is = organisation_variables(organisation)
    for line, owner, member in _members(tree):
        known = there_is[owner]
        if member is None:
            message = f"`{owner}` must be followed by a name in quotes"
            hint = f"as in {owner}['{min(known, default='name')}']"
            problem = file.problem(message, line, owner, hint)
            yield replace(problem, code="template-syntax")
        elif member not in known:
            listed = f"known here: {', '.join(sorted(known)) or 'none'}"
            hint = did_you_mean(member, known) or listed
            message = f"{_OWNED_BY[owner]} `{member}`"
            problem = file.problem(message, line, member, hint)
            yield replace(problem, code=_UNKNOWN[owner])


def _members(tree: nodes.Template) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, owner and member of `links.x`; the member is None where computed."""
    for dotted in tree.find_all(nodes.Getattr):
        if isinstance(dotted.node, nodes.Name) and dotted.node.name in _OWNED_BY:
            yield dotted.lineno, dotted.node.name, dotted.attr
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and item.node.name in _OWNED_BY:
            key = item.arg.value if isinstance(item.arg, nodes.Const) else None
            yield item.lineno, item.node.name, key if isinstance(key, str) else None


def _unknown_files(
    file: TemplateFile, tree: nodes.Template, files: Collection[str]
) -> Iterator[Problem]:
    users: list[nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport] = [
        *tree.find_all(nodes.Extends),
        *tree.find_all(nodes.Include),
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.FromImport),
    ]
    for node in users:
        named = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(named, str):
            problem = file.problem("the file must be named in quotes", node.lineno)
            yield replace(problem, code="template-syntax")
        elif named not in files:
            problem = file.problem(
                f"there is no file `{named}`",
                node.lineno,
                named,
                did_you_mean(named, files),
            )
            yield replace(problem, code="unknown-file")
