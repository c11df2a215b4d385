"""What pydantic found wrong, in words for somebody who never programmed."""

import difflib
import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_MUST_BE = {
    "string_type": "text in quotes",
    "int_type": "a whole number, without quotes",
    "int_parsing": "a whole number, without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number, without quotes",
    "float_parsing": "a number, without quotes",
    "bool_type": "true or false, without quotes",
    "bool_parsing": "true or false, without quotes",
    "tuple_type": 'a list in square brackets, such as ["one", "two"]',
    "list_type": 'a list in square brackets, such as ["one", "two"]',
    "set_type": 'a list in square brackets, such as ["one", "two"]',
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date such as 2026-05-01, without quotes",
    "date_parsing": "a date such as 2026-05-01, without quotes",
    "date_from_datetime_parsing": "a date such as 2026-05-01, without quotes",
    "date_from_datetime_inexact": "a date such as 2026-05-01, without a time of day",
    "time_type": "a time of day such as 17:00:00, without quotes",
    "time_parsing": "a time of day such as 17:00:00, without quotes",
    "path_type": "a path in quotes",
}


_CODES = {"missing": "missing-key", "extra_forbidden": "unknown-key"}


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Suggest the known word that `word` is most like; None where none is like it."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else None


def explain(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str | None]:
    """Return what is wrong and a hint."""
    loc = error["loc"]
    name = _name(tuple(step for step in loc if not _names_a_type(step)))
    kind = error["type"]
    if kind in _MUST_BE:
        return f"{name} must be {_MUST_BE[kind]}", None
    match kind:
        case "missing":
            return f"{name} is missing", None
        case "too_short":
            return f"{name} must not be empty", None
        case "extra_forbidden":
            known = keys_at(model, loc[:-1])
            hint = did_you_mean(str(loc[-1]), known) or _one_of(known)
            return f"unknown key {name}", hint
        case "literal_error":
            expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "`")
            hint = did_you_mean(str(error["input"]), expected.split("`")[1::2])
            return f"{name} must be {expected}", hint
        case _:
            reason = error["msg"].removeprefix("Value error, ")
            return f"{name}: {reason[:1].lower()}{reason[1:]}", None


def code_of(error: ErrorDetails) -> str:
    """Return the stable name of this kind of mistake."""
    return _CODES.get(error["type"], "wrong-value")


def keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand in the table at `loc`, by the names ops write."""
    reached: list[Any] = [model]
    for step in loc:
        reached = [inner for kind in reached for inner in _step_into(kind, step)]
    return [
        field.alias or key
        for kind in reached
        if _is_model(kind)
        for key, field in kind.model_fields.items()
    ]


def _step_into(kind: Any, step: str | int) -> list[Any]:
    if _is_model(kind):
        return [
            inner
            for key, field in kind.model_fields.items()
            if step in (key, field.alias)
            for inner in _unwrapped(field.annotation)
        ]
    arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
    if get_origin(kind) is dict:
        arguments = arguments[1:]
    return [inner for argument in arguments for inner in _unwrapped(argument)]


def _unwrapped(kind: Any) -> list[Any]:
    """The members of a union; anything else is itself."""
    if get_origin(kind) in (Union, types.UnionType):
        return list(get_args(kind))
    return [kind]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _name(loc: tuple[str | int, ...]) -> str:
    keys = [step for step in loc if isinstance(step, str)]
    if not loc or not keys:
        return "the file"
    if isinstance(loc[-1], int):
        return f"entry {loc[-1] + 1} of `{keys[-1]}`"
    return f"`{keys[-1]}`"


def _names_a_type(step: str | int) -> bool:
    """True for a step by which pydantic names a member of a union."""
    return step in {"str", "int", "float", "bool"} or "[" in str(step)


def _one_of(known: list[str]) -> str | None:
    return f"known here: {', '.join(sorted(known))}" if known else None
