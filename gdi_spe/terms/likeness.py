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
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms import hpo
from gdi_spe.terms.hierarchy import Hierarchy
from gdi_spe.terms.references import Hierarchies

# What a small p-value speaks against.
NULL = (
    "the individual's features are as many different ones, drawn from those recorded in the "
    "cohort, each as often as it is recorded"
)
N_DRAWS, SEED = 2000, 20250101
_CELLS_AT_ONCE = 1 << 22


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
    from the cohort's own, that score as high (see `NULL`); NaN where nothing is recorded as
    present.
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
    n_draws: int = N_DRAWS,
    seed: int = SEED,
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
        Random sets behind each p-value, which is never below ``1 / (1 + n_draws)``.
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
    Likeness is no diagnosis, and features that nobody wrote down count as nothing. A p-value
    is of one individual: among many the smallest is small by chance too. Features that come
    together in people (they are drawn one by one here) make it smaller than it should be.
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
        recorded = Counter(term for terms in present.values() for term in self._known(terms))
        pool = sorted(recorded)
        columns = [[shared for shared, _ in self._column(term)] for term in pool]
        similar = np.array(columns, float).reshape(len(pool), len(self.asked))
        often = np.array([recorded[term] for term in pool], float)
        most = max((len(self._known(terms)) for terms in present.values()), default=0)
        drawn = np.random.default_rng(seed)
        return _Background(similar / self.weights.sum(), often, most, n_draws, drawn)

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
    """Scores of random sets of different features of the cohort, by the size of the set."""

    def __init__(
        self,
        similar: NDArray[np.float64],
        often: NDArray[np.float64],
        most: int,
        n_draws: int,
        drawn: np.random.Generator,
    ) -> None:
        n_asked = similar.shape[1]
        scores = np.zeros((n_draws, most))
        at_once = max(1, _CELLS_AT_ONCE // max(len(often), most * n_asked, 1))
        for start in range(0, n_draws, at_once):
            rows = slice(start, start + at_once)
            chosen = _different(often, most, len(scores[rows]), drawn)
            # The best match of each asked feature among the first one, two, three ... drawn.
            best = np.maximum.accumulate(similar[chosen], axis=1)
            scores[rows] = best.sum(axis=2)
        self._scores = np.sort(scores, axis=0)

    def p_value(self, score: float, n_features: int) -> float:
        """Share of random sets of this size that score at least so high (add-one estimate)."""
        of_size = self._scores[:, n_features - 1]
        lower = int(np.searchsorted(of_size, score - 1e-12))
        return (1 + len(of_size) - lower) / (1 + len(of_size))


def _different(
    often: NDArray[np.float64], n_features: int, n_draws: int, drawn: np.random.Generator
) -> NDArray[np.int64]:
    """Draw different features, one after the other, each by how often it is recorded.

    The first of exponential waiting times whose rates are the weights come in that order
    (Efraimidis and Spirakis 2006, Inf Process Lett 97:181).
    """
    waits = drawn.exponential(size=(n_draws, len(often))) / often
    if n_features >= len(often):
        return np.argsort(waits, axis=1)
    first = np.argpartition(waits, n_features, axis=1)[:, :n_features]
    order = np.argsort(np.take_along_axis(waits, first, axis=1), axis=1)
    return np.take_along_axis(first, order, axis=1)
