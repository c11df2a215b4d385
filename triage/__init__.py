"""triage: a daemon beside a complaints mailbox.

The map, in the order of a message's journey:

cli         what an operator types
demo        sample mails through the real daemon on embedded servers
wiring      Config to connected parts; the only clock
daemon      runs the jobs, stops cleanly
supervisor  systemd hears when we are ready, and that the work gets on
monitoring  how it is, over HTTP: to probes, people and Prometheus
alarm       JOB every few seconds → somebody hears of what is wrong with us
trial       JOB changed rules and templates → tried → in force, or refused
backup      a backup made, and JOB a restored store → fit to be worked with
replay      a whole archive once more: what each mail would get, and what changed
report      what came in a period, and how well promises were kept
retention   JOB each month → cases that are kept too long, for a person to approve
deadlines   JOB what falls due → reminder, holding letter; what is quiet → closed
canary      JOB once a day → a mail to ourselves, and its way back
endings     JOB every few minutes → certificates, secrets and tokens near their end
digest      JOB every morning → a mail with all that is due and all that was
answers     JOB Sent and folders → the case was answered, closed, rerouted
intake      JOB mailbox → decision → store → filed
approvals   JOB folder for approval → letter queued, mail back in its folder
dispatch    JOB outbox → SMTP → sent, tried again, refused or uncertain
doctor      what an installation meets outside: servers, DNS, clock, disk
preview     letters looked at before anybody gets one
moved       mails that were taken up, known again where a person moved them
rerouting   a case belongs to another route, and what follows
mailbox     IMAP: what is new, fetched by peeking; filing
reader      parsing and matching in a process that can be killed
smtp        one submission: accepted, try later, refused, unknown
oauth       logins with a token instead of a password
message     bytes → Message
ruleset     rules/*.toml → Ruleset; Ruleset and Message → Evidence
decision    Message + Evidence + History + Ruleset + now → Decision
workdays    when an answer is due
reply       Decision + template → bytes of an answer
store       SQLite: the only SQL
config      config.toml → Config, or every problem at once
logins      where secrets are kept, and where tokens come from
edition     rule files and templates as written, named by their hash
shipped     where the default rules and templates lie
web         one request over HTTPS, within limits
tomlsource  TOML with the place of every key
tls         when the certificate of a server ends
errors      what went wrong, named by what the caller does
"""

__version__ = "0.1.0"
