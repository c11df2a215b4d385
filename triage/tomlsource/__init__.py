"""TOML that people wrote: its data, the place of every key, all problems at once.

    source = read_toml(text, "rules/20-topics.toml")
    rules = validated(RuleFiles, source, another_source)

source  reading, merging and validating
places  where every key and array item stands
words   pydantic's errors in plain English
"""

from triage.tomlsource.source import Merged, Source, merge, read_toml, validated
from triage.tomlsource.words import did_you_mean

__all__ = ["Merged", "Source", "did_you_mean", "merge", "read_toml", "validated"]
