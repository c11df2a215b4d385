"""An alarm handed to a command of the operator's, as JSON on its standard input."""

import json
import subprocess
from dataclasses import dataclass

from triage.alarm.book import Notice
from triage.alarm.channel import TELLING_SECONDS, NotToldError
from triage.alarm.model import Kind
from triage.alarm.wording import as_json


@dataclass(frozen=True, kw_only=True)
class RunCommand:
    """Runs a command, without a shell; it has told the notice if it ends with 0."""

    command: tuple[str, ...]
    host: str
    seconds: float = TELLING_SECONDS
    name: str = "command"
    fails_with: frozenset[Kind] = frozenset()

    def tell(self, notice: Notice) -> None:
        """Run it; raises NotToldError."""
        program = self.command[0]
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own, and no shell
                self.command,
                input=json.dumps(as_json(notice, self.host)).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.seconds,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise NotToldError(
                f"{program} did not end within {self.seconds:.0f} s"
            ) from None
        except OSError as error:
            raise NotToldError(f"{program} cannot be run: {error.strerror}") from None
        if done.returncode:
            raise NotToldError(f"{program} ended with status {done.returncode}")
