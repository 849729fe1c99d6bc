"""Tables whose meaning is known, so that their numbers can be checked and they can pass."""

from __future__ import annotations

from gdi_spe.disclosure.shapes import (
    annotation,
    curves,
    dictionary,
    drawn,
    fitted,
    genes,
    groups,
    known,
    phenotypes,
    regions,
    results,
    shares,
    single,
    software,
    testing,
    things,
    variants,
)
from gdi_spe.disclosure.shapes.shape import Shape

# Tried in this order; the first that fits and has nothing to object explains a table.
SHAPES: tuple[Shape, ...] = (
    *annotation.SHAPES,
    *regions.SHAPES,
    *known.SHAPES,
    *genes.SHAPES,
    *phenotypes.SHAPES,
    *things.SHAPES,
    *variants.SHAPES,
    *curves.SHAPES,
    *drawn.SHAPES,
    *single.SHAPES,
    *groups.SHAPES,
    *fitted.SHAPES,
    *shares.SHAPES,
    *software.SHAPES,
    *dictionary.SHAPES,
    *testing.SHAPES,
    *results.SHAPES,
)
