"""Look at the arguments of a function by their names before it begins."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import wraps
from typing import Any

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.workspace.arguments import reading

# A look is given the cohort (if there is one), the value, and the argument's name and annotation.
Look = Callable[[Any, Any, str, str], object]


def looking(function: Callable[..., Any], looks: Mapping[str, Look]) -> Callable[..., Any]:
    """Return a function that looks at each argument that has a look before it begins."""
    signature = inspect.signature(function)

    @wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        try:
            found = signature.bind(*given, **named).arguments
        except TypeError as wrong:
            raise _not_taken(function.__name__, signature, named, wrong) from None
        for word in looks.keys() & found.keys():
            _look(found.get("self"), signature.parameters[word], found[word], looks[word])
        return function(*given, **named)

    return call


def _not_taken(
    name: str, signature: inspect.Signature, named: Mapping[str, Any], wrong: TypeError
) -> BadInput:
    known = [word for word in signature.parameters if word != "self"]
    for word in named:
        if word not in known:
            near = get_close_matches(word, known, n=2)
            remedy = f"Near it: {', '.join(near)}" if near else f"It takes {', '.join(known)}"
            return BadInput(f"{name}() takes no {shown(word)}", remedy=remedy)
    words = signature.parameters.values()
    by_name = [each.name for each in words if each.kind is each.KEYWORD_ONLY]
    if "positional" in str(wrong) and by_name:
        remedy = f"By name go {', '.join(by_name)}, as in {name}({by_name[0]}=...)"
        return BadInput(f"{name}() takes fewer arguments by place", remedy=remedy)
    return BadInput(f"{name}(): {wrong}", remedy=f"It takes {', '.join(known)}")


def _look(cohort: Any, parameter: inspect.Parameter, value: Any, look: Look) -> None:
    annotation = str(parameter.annotation)
    if value is not None:
        look(cohort, value, parameter.name, annotation)
    elif parameter.default is not None and not _may_be_none(annotation):
        default = parameter.default
        is_needed = default is inspect.Parameter.empty
        raise BadInput(
            f"{parameter.name} is None",
            remedy="It is needed" if is_needed else f"Leave it out for {shown(default)}",
        )


def _may_be_none(annotation: str) -> bool:
    # Two names of types have None in them.
    return "None" in annotation or annotation in ("Names", "Bounds")


def place(_: object, value: Any, word: str, annotation: str) -> None:
    """Refuse what is no text of a region, or several where several may be given."""
    if isinstance(value, str) or "Sequence" in annotation:
        reading.names(value, word)
    else:
        raise BadInput(
            f"{word} {shown(value)} is no region",
            remedy="One text, as in 'chr19:38433691-38595273'",
        )


def single(_: object, value: Any, word: str, __: str) -> None:
    """Refuse tables and arrays; what words there are is told by who reads them."""
    if getattr(value, "ndim", 0) > 0:
        raise BadInput(
            f"{word}: {shown(value)} is no single word or number", remedy="Give one word or number"
        )


def flag(_: object, value: Any, word: str, __: str) -> None:
    """Refuse what is neither True nor False."""
    reading.flag(value, word)


def number(low: float, high: float = float("inf"), *, is_whole: bool = False) -> Look:
    """Refuse what is no number between two bounds, both included."""

    def look(_: object, value: Any, word: str, __: str) -> None:
        (reading.whole if is_whole else reading.number)(value, word, low, high)

    return look
