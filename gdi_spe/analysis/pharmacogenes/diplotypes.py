"""Which pairs of alleles explain what an individual carries of a gene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gdi_spe.terms.star_alleles import StarGene

Bools = NDArray[np.bool_]
MISSING = -1
INDETERMINATE = "indeterminate"
# Why a diplotype or a phenotype is not one.
PHASE, GAPS, UNEXPLAINED, UNKNOWN_ACTIVITY, NO_PHENOTYPE = (
    "phase", "missing positions", "no alleles explain the calls", "unknown activity",
    "no phenotype of this score",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """The diplotypes that explain the calls, and what they agree on."""

    diplotypes: tuple[str, ...]
    activity_score: float | None
    phenotype: str
    why: str


class Caller:
    """One gene, ready for individuals."""

    def __init__(self, gene: StarGene) -> None:
        self._gene = gene
        variants = gene.variants
        # Which variants make each allele, (alleles, variants).
        self._has = np.array(
            [[variant in allele.variants for variant in variants] for allele in gene.alleles], bool
        ).reshape(len(gene.alleles), len(variants))

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        one, two = np.triu_indices(len(self._gene.alleles))
        return one, two

    def of(
        self, copies: Sequence[int], n_alleles: int, phased: Bools, first: Bools
    ) -> Answer:  # fmt: skip
        """Answer for one individual.

        Parameters
        ----------
        copies
            Alternate alleles of each variant of the gene; -1 for a missing call.
        n_alleles
            How many alleles the individual has there, 1 or 2.
        phased, first
            Which calls were phased, and in which the alternate came first.
        """
        known = np.array(copies) != MISSING
        seen = np.array(copies)[known]
        if n_alleles == 1:
            fits = np.flatnonzero((self._has[:, known] == seen).all(axis=1))
            found: list[tuple[int, ...]] = [(int(one),) for one in fits]
        else:
            found = self._explaining(seen, known, phased[known], first[known])
        return self._answer(found, has_gaps=not bool(known.all()))

    def _explaining(
        self, seen: NDArray[np.int64], known: Bools, phased: Bools, first: Bools
    ) -> list[tuple[int, ...]]:
        one, two = self._pairs
        has = self._has[:, known].astype(np.int64)
        fits = (has[one] + has[two] == seen).all(axis=1)
        single = phased & (seen == 1)
        if single.any():
            with_one = (has[one][:, single] == first[single]).all(axis=1)
            with_two = (has[two][:, single] == first[single]).all(axis=1)
            fits &= with_one | with_two
        return [(int(one[at]), int(two[at])) for at in np.flatnonzero(fits)]

    def _answer(self, found: list[tuple[int, ...]], *, has_gaps: bool) -> Answer:
        alleles = self._gene.alleles
        names = tuple("/".join(alleles[at].name for at in pair) for pair in found)
        doubt = GAPS if has_gaps else PHASE
        if not found:
            return Answer((), None, INDETERMINATE, UNEXPLAINED)
        scores = {self._score(pair) for pair in found}
        if None in scores:
            return Answer(names, None, INDETERMINATE, doubt if len(found) > 1 else UNKNOWN_ACTIVITY)
        known = {score for score in scores if score is not None}
        phenotypes = {self._gene.phenotype_of(score) for score in known}
        score = known.pop() if len(known) == 1 else None
        why = doubt if len(found) > 1 else ""
        if len(phenotypes) > 1:
            return Answer(names, score, INDETERMINATE, why)
        (phenotype,) = phenotypes
        if phenotype is None:
            return Answer(names, score, INDETERMINATE, why or NO_PHENOTYPE)
        return Answer(names, score, phenotype, why)

    def _score(self, pair: tuple[int, ...]) -> float | None:
        told = [self._gene.alleles[at].activity for at in pair]
        known = [each for each in told if each is not None]
        return sum(known) if len(known) == len(told) else None
