"""How like a set of features a person is: query-directed best-match Resnik similarity.

Each feature that is asked for is matched with the person's most similar one, where similarity
is the information content of their most informative common ancestor (Resnik 1995). The score
is the matched information over the asked information, so it is 1 for a person who has it all
and does not fall for what a person has besides. It is directed: averaging both ways would
rank a lone ptosis, wholly explained by the question, above a full syndrome with extra
features (Köhler et al. 2009, Am J Hum Genet 85:457, directed form).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms import hpo
from gdi_spe.terms.hierarchy import Hierarchy
from gdi_spe.terms.references import Hierarchies


@dataclass(frozen=True)
class Meaning:
    """An ontology with the information content of its terms."""

    hierarchy: Hierarchy
    information: Mapping[str, float]

    def shared(self, one: str, other: str) -> tuple[float, str]:
        """Return the most informative common ancestor of two terms, its information first."""
        common = self.hierarchy.ancestors(one) & self.hierarchy.ancestors(other)
        ranked = [(self.information.get(term, 0.0), term) for term in common]
        return max(ranked, default=(0.0, ""))


@dataclass(frozen=True)
class TermMatch:
    """What one asked feature was matched with, and how much of it that explains."""

    asked: str
    asked_label: str
    found: str
    found_label: str
    through: str
    through_label: str
    share: float
    is_excluded: bool = False

    def __str__(self) -> str:
        if self.is_excluded:
            return f"{self.asked_label}: recorded as absent"
        if not self.share:
            return f"{self.asked_label}: nothing like it recorded"
        same = self.found == self.asked
        how = "" if same else f" by {self.found_label}, both {self.through_label}"
        return f"{self.asked_label}: {self.share:.0%}{how}"


@dataclass(frozen=True)
class Likeness:
    """One individual's likeness to what was asked, explained term by term.

    ``score`` is in [0, 1]. ``largest`` is what it could be if every feature that is not
    recorded were there. ``p_value`` is the share of random sets of as many features, drawn
    from the cohort's own, that score as high; NaN where nothing is recorded as present.
    """

    individual_id: str
    score: float
    largest: float
    p_value: float
    matches: tuple[TermMatch, ...]


def meaning_of(prefix: str, hierarchies: Hierarchies) -> Meaning:
    """Return an ontology with its information content.

    For HPO it comes from OMIM's annotations. Other ontologies have none here: theirs is
    intrinsic, the rarer the fewer kinds a term has (Seco et al. 2004).
    """
    hierarchy = hierarchies.get(prefix)
    if prefix == hpo.PREFIX:
        known = hpo.information()
        hierarchies.used_library = True
        return Meaning(hierarchy, {t: known.get(t, 0.0) for t in hierarchy.labels})
    n = max(len(hierarchy), 2)
    return Meaning(
        hierarchy,
        {
            term: 1 - math.log(len(hierarchy.descendants(term))) / math.log(n)
            for term in hierarchy.labels
        },
    )


def compare(
    asked: Sequence[str],
    present: Mapping[str, Collection[str]],
    excluded: Mapping[str, Collection[str]],
    meaning: Meaning,
    *,
    n_draws: int = 2000,
    seed: int = 20250101,
) -> list[Likeness]:
    """Compare individuals with a set of features.

    Parameters
    ----------
    asked
        The features that are asked for.
    present, excluded
        Each individual's recorded features, and those recorded as absent. Terms of other
        ontologies are passed over.
    meaning
        The ontology and its information content.
    n_draws
        Random sets behind each p-value.
    seed
        Of the random sets: the same question has the same answer.

    Returns
    -------
    One `Likeness` an individual that has any feature recorded, most alike first; ties by
    identifier. An excluded feature never matches, and rules out its own kinds.

    Raises
    ------
    BadInput
        If nothing is asked, or what is asked says nothing (the root of the ontology).
    UnknownTerm
        If the ontology lacks an asked term.

    Notes
    -----
    Likeness is no diagnosis, and features that nobody wrote down count as nothing.
    """
    comparison = _Comparison(asked, meaning)
    people = sorted({*present, *excluded})
    drawn = comparison.background(present, n_draws, seed)
    found = [
        comparison.of(one, present.get(one, ()), excluded.get(one, ()), drawn) for one in people
    ]
    return sorted(
        (each for each in found if each), key=lambda each: (-each.score, each.individual_id)
    )


class _Comparison:
    """One question, with the similarities that were worked out for it."""

    def __init__(self, asked: Sequence[str], meaning: Meaning) -> None:
        self.meaning = meaning
        self.asked = tuple(dict.fromkeys(meaning.hierarchy.current(term) for term in asked))
        self.weights = np.array([meaning.information.get(term, 0.0) for term in self.asked])
        if not self.weights.sum() > 0:
            raise BadInput(
                "the features asked for say nothing", remedy="Ask for more specific ones"
            )
        self._column = lru_cache(maxsize=None)(self._similarities)

    def _similarities(self, found: str) -> tuple[tuple[float, str], ...]:
        return tuple(self.meaning.shared(term, found) for term in self.asked)

    def _known(self, terms: Collection[str]) -> tuple[str, ...]:
        hierarchy = self.meaning.hierarchy
        return tuple(sorted({hierarchy.current(term) for term in terms if term in hierarchy}))

    def background(
        self, present: Mapping[str, Collection[str]], n_draws: int, seed: int
    ) -> _Background:
        pool = [term for one in sorted(present) for term in self._known(present[one])]
        columns = [[shared for shared, _ in self._column(term)] for term in pool]
        matrix = np.array(columns, float).reshape(len(pool), len(self.asked))
        return _Background(matrix, float(self.weights.sum()), n_draws, seed)

    def of(
        self,
        individual: str,
        present: Collection[str],
        excluded: Collection[str],
        drawn: _Background,
    ) -> Likeness | None:
        has, lacks = self._known(present), frozenset(self._known(excluded))
        if not has and not lacks:
            return None
        matches = tuple(self._match(index, has, lacks) for index in range(len(self.asked)))
        total = float(self.weights.sum())
        score = sum(m.share * w for m, w in zip(matches, self.weights, strict=True)) / total
        ruled_out = sum(w for m, w in zip(matches, self.weights, strict=True) if m.is_excluded)
        p_value = drawn.p_value(score, len(has)) if has else math.nan
        return Likeness(individual, float(score), float(1 - ruled_out / total), p_value, matches)

    def _match(self, index: int, has: tuple[str, ...], lacks: frozenset[str]) -> TermMatch:
        term, label = self.asked[index], self.meaning.hierarchy.label
        is_excluded = bool(self.meaning.hierarchy.ancestors(term) & lacks)
        options = [(*self._column(found)[index], found) for found in has]
        shared, through, found = max(options, default=(0.0, "", ""))
        if is_excluded or shared <= 0:
            return TermMatch(term, label(term), "", "", "", "", 0.0, is_excluded)
        share = float(shared / self.weights[index]) if self.weights[index] else 0.0
        return TermMatch(
            term, label(term), found, label(found), through, label(through), min(share, 1.0)
        )


class _Background:
    """Scores of random feature sets drawn from the cohort, by the size of the set."""

    def __init__(self, matrix: NDArray[np.float64], total: float, n_draws: int, seed: int) -> None:
        self._matrix, self._total = matrix, total
        self._n_draws, self._seed = n_draws, seed
        self._scores: dict[int, NDArray[np.float64]] = {}

    def p_value(self, score: float, n_features: int) -> float:
        """Share of random sets of this size that score at least so high (add-one estimate)."""
        if n_features not in self._scores:
            self._scores[n_features] = self._draw(n_features)
        at_least = int((self._scores[n_features] >= score - 1e-12).sum())
        return (1 + at_least) / (1 + self._n_draws)

    def _draw(self, n_features: int) -> NDArray[np.float64]:
        generator = np.random.default_rng([self._seed, n_features])
        best = np.zeros((self._n_draws, self._matrix.shape[1]))
        for _ in range(n_features):
            rows = generator.integers(0, len(self._matrix), self._n_draws)
            np.maximum(best, self._matrix[rows], out=best)
        return np.sort(best.sum(axis=1) / self._total)
