"""Which variants of a gene or region count together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query import consequences

Masks = str | Sequence[str] | Mapping[str, str | Sequence[str]]
Bounds = float | None | Sequence[float]
ANY = "any"


@dataclass(frozen=True)
class Mask:
    """Consequences and a bound on the frequency; no consequences stand for any variant."""

    name: str
    consequences: frozenset[str]
    max_frequency: float | None


def masks_of(masks: Masks, max_frequency: Bounds) -> tuple[Mask, ...]:
    """Cross consequences with bounds on the frequency.

    Parameters
    ----------
    masks
        A group or a Sequence Ontology name, several of them (a mask each), or by the name of a
        mask what it takes; ``"any"`` takes every variant.
    max_frequency
        The greatest frequency of an alternate allele, or several; ``None`` for any.

    Raises
    ------
    BadInput
        If a name is no consequence, a bound is no frequency, or nothing is left.
    """
    named = _named(masks)
    bounds = max_frequency if isinstance(max_frequency, Sequence) else (max_frequency,)
    for bound in bounds:
        if bound is not None and not 0 < bound <= 1:
            raise BadInput(f"max_frequency={shown(bound)}", remedy="Above 0, and at most 1")
    if not named or not bounds:
        raise BadInput("there is no mask", remedy='For instance masks="protein_truncating"')
    return tuple(Mask(name, wanted, bound) for name, wanted in named.items() for bound in bounds)


def _named(masks: Masks) -> dict[str, frozenset[str]]:
    if isinstance(masks, str):
        masks = (masks,)
    given = masks if isinstance(masks, Mapping) else {name: name for name in masks}
    return {name: _expanded(value) for name, value in given.items()}


def _expanded(value: str | Sequence[str]) -> frozenset[str]:
    names = (value,) if isinstance(value, str) else tuple(value)
    if not names:
        raise BadInput("a mask takes nothing", remedy='"any" takes every variant')
    return frozenset() if ANY in names else consequences.expand(names)
