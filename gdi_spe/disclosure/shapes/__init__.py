"""Tables whose meaning is known, so that their numbers can be checked and they can pass."""

from __future__ import annotations

from gdi_spe.disclosure.shapes.genomes import (
    annotation,
    concordance,
    genes,
    known,
    loci,
    phenotypes,
    regions,
    things,
    variants,
)
from gdi_spe.disclosure.shapes.people import (
    curves,
    drawn,
    estimates,
    groups,
    means,
    results,
    shares,
    single,
    testing,
)
from gdi_spe.disclosure.shapes.shape import Shape
from gdi_spe.disclosure.shapes.work import dictionary, fitted, software

# Tried in this order; the first that fits and has nothing to object explains a table.
SHAPES: tuple[Shape, ...] = (
    *annotation.SHAPES,
    *concordance.SHAPES,
    *regions.SHAPES,
    *known.SHAPES,
    *genes.SHAPES,
    *loci.SHAPES,
    *phenotypes.SHAPES,
    *things.SHAPES,
    *variants.SHAPES,
    *curves.SHAPES,
    *drawn.SHAPES,
    *single.SHAPES,
    *estimates.SHAPES,
    *groups.SHAPES,
    *means.SHAPES,
    *fitted.SHAPES,
    *shares.SHAPES,
    *software.SHAPES,
    *dictionary.SHAPES,
    *testing.SHAPES,
    *results.SHAPES,
)
