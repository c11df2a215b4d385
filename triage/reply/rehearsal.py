"""Every letter composed for every sample, before one is needed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from traceback import walk_tb

from triage.errors import MessageError, Problem
from triage.reply.compose import draft_letter, draft_notice, seal
from triage.reply.model import Letter, Notice
from triage.reply.sameness import first_difference, refusals
from triage.reply.samples import NOW, sample_letters, sample_notices
from triage.reply.source import TemplateFile
from triage.reply.templates import Templates

Files = Mapping[str, TemplateFile]


def rehearse(
    templates: Templates, files: Files, missing: tuple[str, ...]
) -> Iterator[Problem]:
    """Yield what goes wrong when every template is composed, each fault once."""
    for name in templates.pairs:
        seen: set[Problem] = set()
        for title, mail in _samples(name, templates, files, missing):
            for problem in _problems(mail, templates, files):
                if problem not in seen:
                    seen.add(problem)
                    yield replace(problem, message=f"{problem.message} ({title})")


def _samples(
    name: str, templates: Templates, files: Files, missing: tuple[str, ...]
) -> Iterator[tuple[str, Letter | Notice]]:
    organisation = templates.organisation
    if files[f"{name}.txt"].is_notice:
        needs_reference = templates.pair(name).subject.after is not None
        yield from sample_notices(name, organisation, needs_reference=needs_reference)
    else:
        yield from sample_letters(name, organisation, missing)


def _problems(
    mail: Letter | Notice, templates: Templates, files: Files
) -> Iterator[Problem]:
    html = files[f"{mail.template}.html"]
    try:
        if isinstance(mail, Letter):
            draft = draft_letter(mail, templates, NOW)
        else:
            draft = draft_notice(mail, templates, NOW)
        seal(draft, mail.kind)
    except MessageError as error:
        yield _placed(error, mail.template, files)
        return
    if difference := first_difference(draft.wording.text, draft.wording.html):
        yield Problem(
            f"it says something else than {mail.template}.txt: {difference}", html.name
        )
    for refusal in refusals(draft.wording.html):
        yield Problem(refusal, html.name)


def _placed(error: MessageError, template: str, files: Files) -> Problem:
    """Put a failure on the template's line, where it happened on one."""
    cause = error.__cause__
    if cause is not None and (place := _innermost(cause, files)) is not None:
        name, line = place
        return files[name].problem(str(cause), line)
    return Problem(str(error), f"{template}.txt")


def _innermost(error: BaseException, files: Files) -> tuple[str, int] | None:
    """Return the file and line of the innermost template in a traceback."""
    found = None
    for frame, line in walk_tb(error.__traceback__):
        if frame.f_code.co_filename in files:
            found = (frame.f_code.co_filename, line)
    return found
