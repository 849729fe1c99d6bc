"""The ontologies at hand: those of a cohort's folder, and the HPO that comes with hpo3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from gdi_spe.terms import hpo, obo
from gdi_spe.terms.curies import UnknownTerm, require_known, split
from gdi_spe.terms.hierarchy import Hierarchy, HierarchyMissing


class Hierarchies:
    """The ontologies that a question may use, each read when it is first needed.

    Parameters
    ----------
    folder
        A folder with one file an ontology, named by its prefix: ``MONDO.obo``,
        ``NCIT.json``. HPO comes from there too, else from the library ``hpo3``.
    loaded
        Ontologies that are in memory already; they come first.
    """

    def __init__(self, folder: Path | None = None, loaded: Iterable[Hierarchy] = ()) -> None:
        self._folder = folder
        self._loaded: dict[str, Hierarchy] = {each.prefix: each for each in loaded}
        # Was a question answered with what the library brings, its terms or its annotations?
        self.used_library = False

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """The code systems that have a hierarchy here."""
        return frozenset({hpo.PREFIX, *self._loaded, *self._files})

    def get(self, prefix: str) -> Hierarchy:
        """Return the ontology of a code system.

        Raises
        ------
        HierarchyMissing
            If it is not here.
        """
        if prefix not in self._loaded:
            if prefix in self._files:
                self._loaded[prefix] = obo.load(self._files[prefix], prefix)
            elif prefix == hpo.PREFIX:
                self._loaded[prefix] = hpo.ontology()
                self.used_library = True
            else:
                raise HierarchyMissing(prefix)
        return self._loaded[prefix]

    def has(self, term: str) -> bool:
        """Say whether an ontology that is here has the term."""
        prefix = split(term)[0]
        return prefix in self.prefixes and term in self.get(prefix)

    def label(self, term: str) -> str:
        """Return a term's name, or the term itself where no ontology here has it."""
        return self.get(split(term)[0]).label(term) if self.has(term) else term

    def equivalents(self, term: str) -> frozenset[str]:
        """Return the terms of any code system that mean the same as one, itself included."""
        return frozenset({term, *self._same.get(term, ())})

    def expand(self, term: str) -> frozenset[str]:
        """Return a term, all its kinds, and what means the same in the other ontologies.

        Identifiers that the ontology has retired in favour of one of these are among them.

        Raises
        ------
        HierarchyMissing
            If the term's ontology is not here and no other one says what the term equals.
        UnknownTerm
            If the ontology is here and does not have the term.
        """
        term = require_known(term)
        if not self.has(term) and term not in self._same:
            raise self._unknown(term)
        found: set[str] = set()
        todo = {term}
        while todo:
            kinds = self._kinds(todo.pop())
            todo |= {same for kind in kinds - found for same in self._same.get(kind, ())} - found
            found |= kinds
            todo -= found
        return frozenset(found)

    def _unknown(self, term: str) -> HierarchyMissing | UnknownTerm:
        prefix = split(term)[0]
        if prefix not in self.prefixes:
            return HierarchyMissing(prefix)
        try:
            self.get(prefix).current(term)
        except UnknownTerm as error:
            return error
        return UnknownTerm(f"{term} is unknown")

    def _kinds(self, term: str) -> frozenset[str]:
        if not self.has(term):
            return frozenset({term})
        hierarchy = self.get(split(term)[0])
        kinds = hierarchy.descendants(term)
        return kinds | {old for old, now in hierarchy.replaced.items() if now in kinds}

    @cached_property
    def _same(self) -> Mapping[str, frozenset[str]]:
        """Which terms equal which, both ways, over all ontologies here."""
        found: dict[str, set[str]] = {}
        for prefix in sorted(self.prefixes - {hpo.PREFIX}):
            for term, others in self.get(prefix).equivalents.items():
                for other in others:
                    found.setdefault(term, set()).add(other)
                    found.setdefault(other, set()).add(term)
        return {term: frozenset(others) for term, others in found.items()}

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        if self._folder is None or not self._folder.is_dir():
            return {}
        paths = sorted(self._folder.iterdir())
        return {path.stem: path for path in paths if path.suffix in {".obo", ".json"}}
