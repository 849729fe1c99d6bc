"""A condition as plain data: how a workspace tells the node whom a selection selects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.query.places import Allele, Span

_KIND = "is"
_DEEPEST, _MOST = 40, 400
# Every kind of condition, and what stands inside them; one that is not listed cannot be read.
_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        ask.Both, ask.Either, ask.Without, ask.Opposite, ask.NotRecorded, ask.Everyone,
        ask.CarriesVariant, ask.HasTerm, ask.HasAnyTerm, ask.HasOnset, ask.HasBiomarker,
        ask.Measured, ask.IsOneOf, ask.AgeBetween, ask.SampleHas, ask.InOrder, ask.AtAge,
        ask.Resembles, ask.Moment, Span, Allele,
    )
}  # fmt: skip


class NotACondition(BadInput):
    """What was sent says nothing that can be asked of an individual."""

    code = "not-a-condition"


def data_of(condition: ask.Condition) -> dict[str, Any]:
    """Write a condition as data that JSON can hold."""
    written: dict[str, Any] = _written(condition)
    return written


def _written(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: getattr(value, f.name) for f in fields(value)}
        return {
            _KIND: type(value).__name__,
            **{name: _written(each) for name, each in told.items() if each not in (None, ())},
        }
    if isinstance(value, tuple | list):
        return [_written(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def condition_of(data: Mapping[str, Any]) -> ask.Condition:
    """Read a condition that was written as data.

    Raises
    ------
    NotACondition
        If it is of no known kind, a field is unknown, missing or of another type, or it is nested
        too deeply.
    """
    found = _read(data, 0, [0])
    if not isinstance(found, ask.Condition):
        raise NotACondition(f"{type(found).__name__} is no condition")
    return found


def _read(data: Any, depth: int, n_read: list[int]) -> Any:
    n_read[0] += 1
    if depth > _DEEPEST or n_read[0] > _MOST:
        raise NotACondition("it is nested too deeply, or too long")
    if isinstance(data, list):
        return tuple(_read(each, depth + 1, n_read) for each in data)
    if not isinstance(data, Mapping):
        return data
    kind = _KINDS.get(str(data.get(_KIND)))
    if kind is None:
        raise NotACondition(f"there is no condition {str(data.get(_KIND))[:40]!r}")
    given = {name: _read(each, depth + 1, n_read) for name, each in data.items() if name != _KIND}
    return _made(kind, given)


def _made(kind: type, given: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    try:
        checked = {name: _checked(hints[name], value) for name, value in given.items()}
        return kind(**checked)
    except KeyError as unknown:
        raise NotACondition(f"{kind.__name__} has no {str(unknown)[:40]}") from None
    except (ValidationError, TypeError) as error:
        raise NotACondition(f"{kind.__name__}: {error}") from None


def _checked(hint: Any, value: Any) -> Any:
    # What was made here is what it should be; everything else is looked at.
    if isinstance(value, ask.Condition | ask.Moment):
        allowed = (ask.Condition, ask.Moment) if hint == ask.Condition | ask.Moment else (hint,)
        if not isinstance(value, allowed):
            raise TypeError(f"{type(value).__name__} cannot stand here")
        return value
    return TypeAdapter(hint).validate_python(value)


# How strictly names are read says nothing of whom is meant.
_UNSAID = (_KIND, "is_strict")
_JOINED = {"Both": "{left} and {right}", "Either": "{left} or {right}",
           "Without": "{left} without {right}", "Opposite": "known not to be: {of}",
           "NotRecorded": "nothing recorded about: {of}", "Everyone": "everybody",
           "InOrder": "{event} {order} {anchor}"}  # fmt: skip


def words_of(data: Mapping[str, Any]) -> str:
    """Say in words what a condition that was written as data asks.

    Raises
    ------
    NotACondition
        If it asks nothing.
    """
    return _words(data_of(condition_of(data)))


def _words(data: Any) -> str:
    if isinstance(data, list):
        return ", ".join(map(_words, data))
    if not isinstance(data, Mapping):
        return str(data)
    told = {name: _words(each) for name, each in data.items() if name not in _UNSAID}
    kind = str(data[_KIND])
    if kind in _JOINED:
        inner = {name: f"({text})" if _is_joined(data[name]) else text
                 for name, text in told.items()}  # fmt: skip
        return _JOINED[kind].format(**inner)
    name = re.sub(r"(?<!^)([A-Z])", r" \1", kind).lower()
    return f"{name} " + ", ".join(f"{key.replace('_', ' ')} {text}" for key, text in told.items())


def _is_joined(data: Any) -> bool:
    return isinstance(data, Mapping) and data.get(_KIND) in ("Both", "Either", "Without")
