"""What all tables have in common."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Where = Literal[
    "subject", "text", "signature", "quoted", "forwarded", "sender", "attachment"
]
Phrases = tuple[str, ...]
Priority = Literal["normal", "high", "urgent"]
Mode = Literal["watch", "hold", "live"]


class Entry(BaseModel):
    """What every table has in common: no key but these, and nothing changes later."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )
