"""Rule files → Ruleset; Ruleset and Message → Evidence.

compiling   rule files → Ruleset, or every problem at once
merging     all rule files as one
policy      what they say of the office: days, routes, outcomes
schema      what ops may write
checks      ids that must exist, dates that must make sense
centres     the centre directory
phrases     the language of phrases
patterns    a phrase as a pattern for RE2
signals     what gives a signal, laid out to be looked for
index       which patterns can match in a sentence
ruleset     the compiled ruleset
modes       how far an answer goes by itself
matching    find the evidence in a message
scanning    what matches where in it
reading     a message as folded sentences
folding     letters as the rules compare them
sentences   where sentences end
evidence    what was found
likeness    how much a mail is like kept mails of each route and role
learning    … learnt from labelled mails
masking     names and numbers masked
learnt      a real mail as an example
examples    the samples that signals keep beside them, as mails
lints       mistakes of meaning in files that can be read
outside     names of what does not stand in rule files
"""

from triage.ruleset.compiling import compile_ruleset
from triage.ruleset.evidence import Evidence, Hit
from triage.ruleset.learning import Labelled, learn_likeness
from triage.ruleset.learnt import Learnt, Lesson, learn
from triage.ruleset.likeness import written
from triage.ruleset.lints import LINTS, lint
from triage.ruleset.matching import features_in, find_evidence
from triage.ruleset.merging import merged_rules
from triage.ruleset.modes import MODES, mode_of, with_modes
from triage.ruleset.outside import folders_in_use, unknown_outside
from triage.ruleset.policy import Policy, read_policy
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import SCHEMA_FILE, Mode, json_schema

__all__ = [
    "LINTS",
    "MODES",
    "SCHEMA_FILE",
    "Evidence",
    "Hit",
    "Labelled",
    "Learnt",
    "Lesson",
    "Mode",
    "Policy",
    "Ruleset",
    "compile_ruleset",
    "features_in",
    "find_evidence",
    "folders_in_use",
    "json_schema",
    "learn",
    "learn_likeness",
    "lint",
    "merged_rules",
    "mode_of",
    "read_policy",
    "unknown_outside",
    "with_modes",
    "written",
]
