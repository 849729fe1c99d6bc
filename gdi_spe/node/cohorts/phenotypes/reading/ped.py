"""Pedigree files (PED, six columns): family, individual, father, mother, sex, affected."""

from __future__ import annotations

from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.collected import Phenotypes, Relation
from gdi_spe.node.cohorts.phenotypes.findings import Fault
from gdi_spe.node.cohorts.phenotypes.reading.places import Place

_NOBODY = "0"
_SEX = {"1": "male", "2": "female"}
_UNKNOWN_SEX = ("0", "-9", "other", "unknown")
_UNTOLD_PHENOTYPE = ("0", "-9")


def read_ped(path: Path, into: Phenotypes) -> None:
    """Read a pedigree file; columns are parted by blanks or tabs, ``#`` begins a comment.

    Raises
    ------
    BadInput
        Naming file and line of a line that is not six columns, or of a person's second line.
    """
    seen: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, text in enumerate(file, 1):
                cells = text.split("#", 1)[0].split()
                if cells:
                    _line(cells, Place(str(path), number), seen, into)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", source=str(path)) from None


def _line(cells: list[str], place: Place, seen: dict[str, int], into: Phenotypes) -> None:
    def refuse(why: str) -> BadInput:
        return BadInput(why, source=place.source, line=place.line)

    if len(cells) != 6:
        raise refuse(f"{len(cells)} columns where a pedigree has six")
    family, person, father, mother, sex, phenotype = cells
    if person == _NOBODY:
        raise refuse("0 is nobody and has no parents")
    if person in seen:
        raise refuse(f"individual {person!r} is on line {seen[person]} already")
    seen[person] = place.line or 0
    parents = {"father_id": father, "mother_id": mother, "family_id": family}
    told = {part: None if name == _NOBODY else name for part, name in parents.items()}
    into.add_relation(person, Relation(**told, place=place))
    if sex in _SEX:
        into.sexes_in_pedigrees[person] = _SEX[sex]
    elif sex.casefold() not in _UNKNOWN_SEX:
        kind, why = "pedigree sexes", f"sex {sex[:20]!r} is none of 1 (male), 2 (female) and 0"
        into.findings.fault(Fault(kind, why, place.source, place.line))
    if phenotype not in _UNTOLD_PHENOTYPE:
        why = "pedigree phenotypes: what a person has stands in the diagnoses"
        into.findings.left_out.add(why, place)
    into.findings.n_read["pedigree lines"] += 1
