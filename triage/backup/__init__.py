"""One file that brings an installation's cases back, and what must be done then.

archive       the file: made while a daemon works, checked, unpacked
restoring     JOB what the mailbox shows that a restored store does not know
"""

from triage.backup.archive import Manifest, create, unpack, verify
from triage.backup.restoring import Restoring

__all__ = ["Manifest", "Restoring", "create", "unpack", "verify"]
