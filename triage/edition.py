"""One whole set of rule files and templates, as they were written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_HASH_LENGTH = 12


@dataclass(frozen=True)
class Edition:
    """What goes live, is kept and is rolled back together: texts by file name."""

    rules: Mapping[str, str]
    templates: Mapping[str, str]

    @cached_property
    def hash(self) -> str:
        """Twelve hexadecimal digits that name exactly these texts."""
        digest = hashlib.sha256()
        for files in (self.rules, self.templates):
            digest.update(b"%d;" % len(files))
            for name in sorted(files):
                for text in (name, files[name]):
                    encoded = text.encode(errors="replace")
                    digest.update(b"%d:%b" % (len(encoded), encoded))
        return digest.hexdigest()[:_HASH_LENGTH]
