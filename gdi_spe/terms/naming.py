"""Find the term that a name stands for: by its identifier, or by its label where that is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from gdi_spe.terms.curies import UnknownTerm, looks_like_curie, require_known, spelled, split
from gdi_spe.terms.references import Hierarchies

# Labels that are told as near, and how like they must be.
_N_NEAR, _LIKE = 4, 0.6


@dataclass(frozen=True)
class Recorded:
    """What the data call their terms: the terms of each label in lower case, the code systems."""

    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    prefixes: frozenset[str] = frozenset()

    @staticmethod
    def of(terms: Iterable[str | None], labels: Iterable[str | None]) -> Recorded:
        """Look through two columns of a table."""
        found: dict[str, set[str]] = {}
        pairs = {(term, label) for term, label in zip(terms, labels, strict=True) if term}
        for term, label in pairs:
            if label:
                found.setdefault(label.casefold(), set()).add(term)
        prefixes = frozenset(split(term)[0] for term, _ in pairs)
        return Recorded({label: frozenset(each) for label, each in found.items()}, prefixes)


def term_named(text: str, hierarchies: Hierarchies, recorded: Recorded) -> str:
    """Return the term of an identifier or of a label.

    Parameters
    ----------
    text
        ``"HP:0000508"``, or a label such as ``"Ptosis"``, in any case of letters.
    hierarchies
        The ontologies at hand.
    recorded
        What the data have: a label means a term of a code system that they use, if they have any.

    Raises
    ------
    UnknownTerm
        If no term has the label, naming near ones, or if several that differ in meaning do.
    """
    text = spelled(text)
    if looks_like_curie(text) or ":" in text:
        return require_known(text)
    asked = text.strip().casefold()
    prefixes = (recorded.prefixes & hierarchies.prefixes) or hierarchies.prefixes
    found = set(recorded.labels.get(asked, ()))
    for prefix in sorted(prefixes):
        found |= set(hierarchies.get(prefix).by_label.get(asked, ()))
    one = _one_of(found, hierarchies)
    if one:
        return one
    if found:
        raise UnknownTerm(
            f"{text!r} is the label of several terms",
            remedy=f"Write one of {', '.join(sorted(found))}",
        )
    raise UnknownTerm(
        f"{text!r} is not a term", remedy=_near(asked, hierarchies, recorded, prefixes)
    )


def _one_of(found: set[str], hierarchies: Hierarchies) -> str:
    """Return the one term that is meant: equal terms of two code systems are one."""
    for term in sorted(found):
        if found <= hierarchies.equivalents(term):
            return term
    return ""


def _near(asked: str, hierarchies: Hierarchies, recorded: Recorded, prefixes: Iterable[str]) -> str:
    known = {label: min(terms) for label, terms in recorded.labels.items()}
    near = {known[label]: label for label in _alike(asked, known)}
    for prefix in sorted(prefixes):
        if len(near) < _N_NEAR:
            near |= dict(hierarchies.get(prefix).nearest(asked, _N_NEAR))
    if not near:
        return "Write prefix and code, as in HP:0000508, or a label, as in Ptosis"
    told = [f"{term} ({label})" for term, label in near.items()][:_N_NEAR]
    return f"Near it: {', '.join(told)}. Or write a term as in HP:0000508"


def _alike(asked: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(asked, known, n=_N_NEAR, cutoff=_LIKE)
