"""What of a configuration still is that of the example that comes with triage."""

import tomllib

from triage import shipped
from triage.config import Config

TABLES = ("contacts", "links")


def left_as_shipped(config: Config) -> str:
    """Name contacts and links that are nobody's; '' where there are none.

    People would be told these links, and mails would go to these addresses.
    """
    example = tomllib.loads(shipped.example_config().read_text("utf-8"))
    found = []
    for table in TABLES:
        shown = example[table]
        own = getattr(config, table)
        keys = [key for key, value in own.items() if shown.get(key) == value]
        if keys:
            found.append(f"{', '.join(keys)} in [{table}]")
    return " and ".join(found)
