"""Template files to Templates, or every problem at once.

What could go wrong at night goes wrong here: each file's syntax, its variables and
links, its twin and its subject are checked, and each letter is composed for every
sample.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from jinja2.sandbox import ImmutableSandboxedEnvironment

from triage.errors import ConfigError, Problem
from triage.reply.model import Organisation
from triage.reply.names import name_problems
from triage.reply.rehearsal import rehearse
from triage.reply.source import TemplateFile
from triage.reply.templates import TemplatePair, Templates, make_environment


def compile_templates(
    files: Mapping[str, str], organisation: Organisation, missing: Iterable[str] = ()
) -> Templates:
    """Compile template files, by name, for one organisation.

    `missing` are the ids of what a complaint can lack: a letter that asks for them must
    have words for each. Raises ConfigError with every problem and its place.
    """
    written = {name: TemplateFile(name, text) for name, text in sorted(files.items())}
    bodies = {name: file.body for name, file in written.items()}
    environment = make_environment(bodies, organisation)
    problems: list[Problem] = []
    for file in written.values():
        problems += _lonely(file, files)
        problems += file.subject_problems()
        problems += name_problems(file, files, environment, organisation)
    broken = {problem.file for problem in problems}
    if not any(file.is_piece for file in written.values() if file.name in broken):
        sound = {n: file for n, file in written.items() if n not in broken}
        templates = Templates(organisation, _pairs(sound, environment))
        problems += rehearse(templates, written, tuple(missing))
        if not problems:
            return templates
    raise ConfigError(*problems)


def letters_in(files: Iterable[str]) -> frozenset[str]:
    """Return the names of the letters among template files, broken ones too."""
    named = (TemplateFile(name, "") for name in files)
    return frozenset(file.stem for file in named if file.has_subject)


def _pairs(
    files: Mapping[str, TemplateFile], environment: ImmutableSandboxedEnvironment
) -> dict[str, TemplatePair]:
    """The letters of which both files are there."""
    return {
        file.stem: TemplatePair(
            name=file.stem,
            subject=file.subject,
            text=environment.get_template(f"{file.stem}.txt"),
            html=environment.get_template(f"{file.stem}.html"),
            is_notice=file.is_notice,
        )
        for file in files.values()
        if file.has_subject and f"{file.stem}.html" in files
    }


def _lonely(file: TemplateFile, files: Collection[str]) -> Iterator[Problem]:
    ending = file.name.removeprefix(file.stem)
    if ending not in {".txt", ".html"}:
        yield Problem(
            "a template's name must end in .txt or .html",
            file.name,
            code="template-name",
        )
    elif not file.is_piece:
        twin = f"{file.stem}{'.html' if ending == '.txt' else '.txt'}"
        if twin not in files:
            yield Problem(
                f"there is no `{twin}` beside it",
                file.name,
                hint="every letter has a text and an HTML form, and both say the same",
                code="missing-twin",
            )
