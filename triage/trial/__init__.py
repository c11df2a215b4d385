"""JOB changed rule files and templates → tried → in force, or refused.

standing   what stands in the folders, read while nobody changes it
verdict    what a trial found, and whether the edition may come into force
job        looks at the folders, has what changed tried, and says how it ended
"""

from triage.trial.job import Trials
from triage.trial.verdict import Comparison, Findings, Verdict, judge

__all__ = ["Comparison", "Findings", "Trials", "Verdict", "judge"]
