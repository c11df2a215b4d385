"""JOB Sent and folders → the case was answered, closed, rerouted.

Officers go on working in their mail program: they answer from the mailbox, and move a
complaint into the folder for closed cases or into that of another route. This notices
it. Only folders that got mail since the last look are opened.

job     one pass over all folders
look    a look into one of them
sent    a mail that a person sent: to which case, and is it the answer?
filing  a mail that a person moved: the case is closed, or belongs elsewhere
"""

from triage.answers.job import Answers, Done

__all__ = ["Answers", "Done"]
