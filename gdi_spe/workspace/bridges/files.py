"""A cohort as the files that other programs read."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.bridges.parts import Regions, part_of
from gdi_spe.workspace.surroundings import kept_place

if TYPE_CHECKING:
    from gdi_spe.store.folder import CohortFolder, Folder
    from gdi_spe.store.writing.pgen import PgenReport

PGEN_ENDS = ("pgen", "pvar", "psam")
_OVERWRITE = "overwrite=True"


class CallsLeftOut(Caution):
    """Calls that a form of file cannot hold were written as missing."""


def write_vcf(
    folder: Folder,
    path: str | Path,
    individuals: Collection[str] | None = None,
    region: Regions = None,
    *,
    annotations: bool = True,
    overwrite: bool = False,
    progress: Callable[[int], None] = lambda _n: None,
) -> Path:
    """Write a cohort, or a part of it, as VCF; return the path.

    Parameters
    ----------
    folder
        The cohort.
    path
        Ends with ``.vcf`` or ``.vcf.gz`` (bgzip, with an index).
    individuals, region
        The part to write; everything without them.
    annotations
        Write gene, consequence and their like as INFO.
    overwrite
        Take the place of a file that is there.
    progress
        Called with the number of variants written since the last call.

    Raises
    ------
    BadInput
        If there is such a file, or the ending is another.
    """
    from gdi_spe.store.writing.vcf import VcfOptions
    from gdi_spe.store.writing.vcf import write_vcf as write

    target = Path(path)
    if not target.name.endswith((".vcf", ".vcf.gz")):
        raise BadInput(
            "this is no name of a VCF", source=str(path), remedy="Let it end with .vcf or .vcf.gz"
        )
    _refuse(target, [target], overwrite)
    with part_of(folder, individuals, region, target.parent) as part:
        counts = part is folder
        options = VcfOptions(annotations=annotations, counts=counts, replace=overwrite)
        write(part, target, options, since(progress))
    return target


def write_pgen(
    folder: Folder,
    prefix: str | Path,
    individuals: Collection[str] | None = None,
    region: Regions = None,
    *,
    overwrite: bool = False,
    progress: Callable[[int], None] = lambda _n: None,
) -> Path:
    """Write a cohort, or a part of it, as plink2's PGEN; return the prefix.

    Parameters
    ----------
    folder
        The cohort.
    prefix
        Path of the three files without their endings.
    individuals, region, overwrite, progress
        As for `write_vcf`.

    Raises
    ------
    BadInput
        If there are such files, or no variant is left.

    Warns
    -----
    CallsLeftOut
        If calls had to be written as missing; PGEN has no half-missing ones, say.
    """
    from gdi_spe.store.writing import pgen

    target = Path(prefix)
    ends = [target.with_name(f"{target.name}.{end}") for end in PGEN_ENDS]
    _refuse(target, ends, overwrite)
    with part_of(folder, individuals, region, target.parent) as part:
        report = pgen.write_pgen(part, target, replace=overwrite, progress=since(progress))
    _warn(report)
    return target


def kept_pgen(folder: CohortFolder, kept: Path, progress: Callable[[int], None]) -> Path:
    """Return the prefix of the whole cohort's PGEN, written when it is first asked for."""
    place = kept_place(folder.manifest, kept)
    prefix = place / "cohort"
    if not (place / "cohort.pgen").exists():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CallsLeftOut)
            write_pgen(folder, prefix, overwrite=True, progress=progress)
    return prefix


def kept_vcf(folder: CohortFolder, kept: Path, progress: Callable[[int], None]) -> Path:
    """Return the whole cohort's VCF, written when it is first asked for."""
    path = kept_place(folder.manifest, kept) / "cohort.vcf.gz"
    if not path.exists():
        write_vcf(folder, path, overwrite=True, progress=progress)
    return path


def _refuse(named: Path, targets: list[Path], overwrite: bool) -> None:
    if not named.parent.is_dir():
        raise BadInput(
            "there is no such folder", source=str(named.parent), remedy="Make it first, by mkdir"
        )
    there = [target for target in targets if target.exists()]
    if there and not overwrite:
        raise BadInput("there is such a file", source=str(there[0]), remedy=f"Give {_OVERWRITE}")


def since(progress: Callable[[int], None]) -> Callable[[str, int], None]:
    """Turn numbers from the beginning into numbers since the last call."""
    done = 0

    def told(_chromosome: str, n: int) -> None:
        nonlocal done
        progress(n - done)
        done = n

    return told


def _warn(report: PgenReport) -> None:
    if report.written_missing:
        why = ", ".join(f"{n:,} {why}" for why, n in sorted(report.written_missing.items()))
        caution(CallsLeftOut(f"calls written as missing, which PGEN cannot hold: {why}"))
