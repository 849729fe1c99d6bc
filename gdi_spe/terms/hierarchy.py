"""One ontology: labels, what is a kind of what, and what a mistyped term may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms.curies import UnknownTerm


class HierarchyMissing(BadInput):
    """A question needs an ontology that is not here: guessing would lose people silently."""

    code = "hierarchy-missing"

    def __init__(self, prefix: str) -> None:
        super().__init__(
            f"the hierarchy of {prefix} is not here, so the kinds of a {prefix} term are unknown",
            remedy=f"The node's operator adds it by: gdi-spe reference add ontology {prefix}.obo; "
            "or ask for exactly the term (descendants=False)",
        )
        self.prefix = prefix


@dataclass(frozen=True)
class Hierarchy:
    """The terms of one ontology release and their is-a relations.

    Parameters
    ----------
    prefix, version
        Which ontology, which release.
    labels
        Every current term and its label.
    parents
        The direct parents of each term.
    replaced
        Retired or alternative identifiers and the term that stands for them now.
    equivalents
        Terms of other code systems that mean the same, by term of this one.
    """

    prefix: str
    version: str
    labels: Mapping[str, str]
    parents: Mapping[str, tuple[str, ...]]
    replaced: Mapping[str, str]
    equivalents: Mapping[str, tuple[str, ...]]

    def __contains__(self, term: str) -> bool:
        return term in self.labels or term in self.replaced

    def __len__(self) -> int:
        return len(self.labels)

    def current(self, term: str) -> str:
        """Return the identifier in use for a term.

        Raises
        ------
        UnknownTerm
            If this release does not have the term; the nearest labels are named.
        """
        found = self.replaced.get(term, term)
        if found not in self.labels:
            raise UnknownTerm(
                f"{term} is not in {self.prefix} {self.version}", remedy=self._hint(term)
            )
        return found

    def label(self, term: str) -> str:
        """Return the name of a term."""
        return self.labels[self.current(term)]

    def ancestors(self, term: str) -> frozenset[str]:
        """Return the term and everything it is a kind of."""
        return _closure(self.current(term), self.parents)

    def descendants(self, term: str) -> frozenset[str]:
        """Return the term and all its kinds."""
        return _closure(self.current(term), self.children)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The direct kinds of each term."""
        found: dict[str, list[str]] = {}
        for term, parents in self.parents.items():
            for parent in parents:
                found.setdefault(parent, []).append(term)
        return {parent: tuple(terms) for parent, terms in found.items()}

    @cached_property
    def by_label(self) -> Mapping[str, tuple[str, ...]]:
        """The terms of each label, in lower case."""
        found: dict[str, list[str]] = {}
        for term, label in self.labels.items():
            found.setdefault(label.casefold(), []).append(term)
        return {label: tuple(terms) for label, terms in found.items()}

    def nearest(self, text: str, n: int = 3) -> tuple[tuple[str, str], ...]:
        """Return the terms whose label or identifier is most like a text."""
        by_name = {label.lower(): term for term, label in self.labels.items()}
        by_name |= {term.lower(): term for term in self.labels}
        near = get_close_matches(text.lower(), by_name, n=n, cutoff=0.6)
        return tuple((by_name[name], self.labels[by_name[name]]) for name in near)

    def _hint(self, term: str) -> str:
        near = ", ".join(f"{found} ({label})" for found, label in self.nearest(term))
        return f"Near it: {near}" if near else "Compare with the release of the ontology"


def _closure(start: str, edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Everything reached from a term, itself included; a cycle in bad data ends too."""
    seen = {start}
    todo = [start]
    while todo:
        for term in edges.get(todo.pop(), ()):
            if term not in seen:
                seen.add(term)
                todo.append(term)
    return frozenset(seen)
