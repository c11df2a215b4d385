"""Decision and template to the bytes of an answer.

    templates = compile_templates(files, organisation, missing_ids)
    composed = compose(letter, templates, now)

model      who writes, what a letter needs to know, the letter as bytes
source     a template file as it was written, and its subject
names      the variables, links and files that a template names
variables  the closed set of what a template may say
templates  compiled templates
compose    a letter to checked bytes
words      dates in words, plain text in lines
grammar    what may stand in a header field
mime       a draft to bytes
verify     the bytes parsed again, field by field
samples    letters to try templates with
sameness   text and HTML say the same
rehearsal  every template composed for every sample
compile    template files to Templates, or every problem
"""

from triage.reply.compile import compile_templates, letters_in
from triage.reply.compose import compose, compose_notice, require_writable
from triage.reply.model import (
    Composed,
    Duty,
    Letter,
    Notice,
    Organisation,
    Restriction,
    Table,
)
from triage.reply.rewording import reword, subject_of, text_of
from triage.reply.templates import Templates

__all__ = [
    "Composed",
    "Duty",
    "Letter",
    "Notice",
    "Organisation",
    "Restriction",
    "Table",
    "Templates",
    "compile_templates",
    "compose",
    "compose_notice",
    "letters_in",
    "require_writable",
    "reword",
    "subject_of",
    "text_of",
]
