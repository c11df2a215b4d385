"""Every letter composed for every sample, before one is needed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from traceback import walk_tb

from triage.errors import MessageError, Problem
from triage.reply.compose import draft_letter, draft_notice, seal
from triage.reply.model import Letter, Notice
from triage.reply.sameness import Difference, first_difference, refusals
from triage.reply.samples import NOW, sample_letters, sample_notices
from triage.reply.source import TemplateFile
from triage.reply.templates import Templates

Files = Mapping[str, TemplateFile]

_LONGEST_LOOKED_FOR = 4
"""Words; more of them seldom stand on one line."""


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
        yield _differs(difference, mail.template, files)
    for refusal in refusals(draft.wording.html):
        yield Problem(refusal, html.name, code="template-html")


def _differs(difference: Difference, template: str, files: Files) -> Problem:
    """Put a difference where its words stand, in the HTML or else in the text.

    Pieces are looked at as well; words that variables give stand nowhere.
    """
    html, text = files[f"{template}.html"], files[f"{template}.txt"]
    told = f"{html.name} says something else than {text.name}: {difference}"
    pieces = [file for file in files.values() if file.is_piece]
    for ending, words in (
        (".html", difference.shown),
        (".txt", difference.said),
        (".html", difference.before[-1:]),
    ):
        where = [html if ending == ".html" else text]
        where += [piece for piece in pieces if piece.name.endswith(ending)]
        for length in range(min(len(words), _LONGEST_LOOKED_FOR), 0, -1):
            for file in where:
                if found := file.line_with(" ".join(words[:length])):
                    line, at = found
                    return replace(file.problem(told, line, at), code="text-differs")
    return Problem(told, html.name, code="text-differs")


def _placed(error: MessageError, template: str, files: Files) -> Problem:
    """Put a failure on the template's line, where it happened on one."""
    cause = error.__cause__
    if cause is not None and (place := _innermost(cause, files)) is not None:
        name, line = place
        return replace(files[name].problem(str(cause), line), code="template-fails")
    return Problem(str(error), f"{template}.txt", code="template-fails")


def _innermost(error: BaseException, files: Files) -> tuple[str, int] | None:
    """Return the file and line of the innermost template in a traceback."""
    found = None
    for frame, line in walk_tb(error.__traceback__):
        if frame.f_code.co_filename in files:
            found = (frame.f_code.co_filename, line)
    return found
