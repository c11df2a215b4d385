"""The audit log's chain, computed once more."""

import hashlib
import json
from collections.abc import Iterator

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.register import Register
from tests.halfyear.log import Log

CHECK = "chain"


def chain(_log: Log, register: Register) -> Iterator[Finding]:
    """Check that each row is sealed with the one before, and that texts fit."""
    former = "0" * 64
    for row in register.tables["audit"]:
        sealed = json.dumps(
            [former, row["at"], row["actor"], row["act"], row["about"], row["changes"]],
            ensure_ascii=False,
        )
        if row["hash"] != hashlib.sha256(sealed.encode()).hexdigest():
            yield Finding(
                CHECK, str(row["id"]), "it does not follow from the one before"
            )
        former = row["hash"]
