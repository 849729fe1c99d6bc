"""Write the calls of a folder as PGEN, for plink2 and what reads its files.

PGEN holds two alleles a call and nothing between known and missing, and plink2 decides by
chromosome and sex how many of them count. What is written is therefore what the store counts:
a call that plink2 would count otherwise is written as missing, and the report says how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import MISSING, Bools, Calls, mask_of
from gdi_spe.store.folder import Folder
from gdi_spe.store.writing.aside import DiskFull, written_aside
from gdi_spe.store.writing.genotype_text import Phase

_CELLS_AT_ONCE = 2_000_000
_PSAM_SEX = {"male": "1", "female": "2"}
_MISSING = -9
Progress = Callable[[str, int], None]


@dataclass
class PgenReport:
    """What was written, and which known calls had to be written as missing."""

    n_variants: int = 0
    written_missing: Counter[str] = field(default_factory=Counter)


def write_pgen(
    folder: Folder,
    prefix: Path,
    *,
    replace: bool = False,
    progress: Progress = lambda _name, _n: None,
) -> PgenReport:
    """Write ``PREFIX.pgen``, ``PREFIX.pvar`` and ``PREFIX.psam``, a row an alternate allele.

    Parameters
    ----------
    folder
        A dataset's or a cohort's.
    prefix
        Path of the files without their endings.
    replace
        Take the place of files that are there.
    progress
        Called with a chromosome and how many variants have been written.

    Raises
    ------
    BadInput
        If such files are there, there is nothing to write, or a sample's name has a blank.
    DiskFull
        If there is no room; nothing is left behind.
    """
    n_variants = sum(folder.variants_file(c).metadata.num_rows for c in folder.chromosomes)
    if not n_variants or not folder.n_samples:
        raise BadInput("PGEN cannot hold a dataset without variants", source=str(prefix))
    targets = [prefix.with_name(f"{prefix.name}.{end}") for end in ("pgen", "pvar", "psam")]
    with written_aside(targets, replace=replace) as (pgen, pvar, psam):
        psam.write_text(_psam(folder), encoding="utf-8")
        _write_pvar(folder, pvar)
        with _pgen_writer(folder, pgen, n_variants, targets[0]) as append:
            return _write_calls(folder, append, progress)


def _psam(folder: Folder) -> str:
    names = folder.samples["sample_id"].to_pylist()
    for name in names:
        if len(name.split()) != 1:
            raise BadInput(f"the sample name {name!r} has a blank, which plink2 takes for an end")
    rows = zip(names, folder.sample_sexes, strict=True)
    lines = [f"{name}\t{_PSAM_SEX.get(sex, 'NA')}" for name, sex in rows]
    return "\n".join(["#IID\tSEX", *lines, ""])


def _write_pvar(folder: Folder, path: Path) -> None:
    columns = ["position", "id", "reference", "alternate"]
    with path.open("wb") as file:
        file.write(b"##source=gdi-spe\n#CHROM\tPOS\tID\tREF\tALT\n")
        for chromosome in folder.chromosomes:
            for batch in folder.batches(chromosome, columns, 65_536):
                positions = batch["position"]
                lines = pc.binary_join_element_wise(
                    pa.array(_codes(folder.assembly, chromosome, positions.to_numpy())),
                    positions.cast(pa.string()),
                    pc.fill_null(batch["id"], "."),
                    batch["reference"],
                    batch["alternate"],
                    "\t",
                )
                file.write(b"".join(line + b"\n" for line in lines.cast(pa.binary()).to_pylist()))


def _codes(assembly: str, chromosome: str, positions: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Name chromosomes as plink2 does: the pseudoautosomal regions of X have names of their own."""
    name = "MT" if chromosome == "chrM" else chromosome.removeprefix("chr")
    codes = np.full(len(positions), name, "U4")
    regions = ploidy.PSEUDOAUTOSOMAL[assembly, chromosome] if chromosome == "chrX" else ()
    for number, (first, last) in enumerate(regions, start=1):
        codes[(positions >= first) & (positions <= last)] = f"PAR{number}"
    return codes


Append = Callable[[NDArray[np.int8], "Phase | None"], None]


@contextmanager
def _pgen_writer(folder: Folder, path: Path, n_variants: int, target: Path) -> Iterator[Append]:
    """Open the file; pgenlib tells of a full disk by an error without a number."""
    import pgenlib

    has_phase = any("phase" in _schema(folder, name).names for name in folder.chromosomes)
    first: list[BaseException] = []
    try:
        with pgenlib.PgenWriter(
            str(path).encode(),
            folder.n_samples,
            variant_ct=n_variants,
            nonref_flags=False,
            hardcall_phase_present=has_phase,
        ) as writer:
            try:
                yield lambda codes, phase: _append(writer, codes, phase)
            except BaseException as error:
                first.append(error)
                raise
    except RuntimeError as error:
        # A writer that is closed before its end complains, whatever ended it: an interrupt, say.
        cause = first[0] if first else error
        if isinstance(cause, RuntimeError) and "write" in str(cause).lower():
            raise DiskFull(target) from None
        raise cause from None


def _schema(folder: Folder, chromosome: str) -> pa.Schema:
    return folder.variants_file(chromosome).schema_arrow


def _append(writer: Any, codes: NDArray[np.int8], phase: Phase | None) -> None:
    if phase is None:
        writer.append_biallelic_batch(np.ascontiguousarray(codes))
        return
    alleles = np.empty((*codes.shape, 2), np.int32)
    alleles[..., 0] = np.where(codes == _MISSING, _MISSING, codes == 2)
    alleles[..., 1] = np.where(codes == _MISSING, _MISSING, codes >= 1)
    turned = (codes == 1) & phase.first & phase.phased
    alleles[turned] = (1, 0)
    flat = alleles.reshape(len(codes), -1)
    writer.append_partially_phased_batch(flat, phase.phased.view(np.uint8))


def _write_calls(folder: Folder, append: Append, progress: Progress) -> PgenReport:
    report = PgenReport()
    at_once = max(1, _CELLS_AT_ONCE // folder.n_samples)
    for chromosome in folder.chromosomes:
        expected = ploidy.expected_alleles(chromosome, folder.sample_sexes)
        has_phase = "phase" in _schema(folder, chromosome).names
        columns = ["position", "calls", *(["phase"] if has_phase else [])]
        for batch in folder.batches(chromosome, columns, at_once):
            calls = Calls.from_arrow(pa.chunked_array([batch["calls"]]), folder.n_samples)
            positions = batch["position"].to_numpy()
            linked = ploidy.is_sex_linked(folder.assembly, chromosome, positions)
            codes = _plink_codes(calls, linked, expected, report)
            phase = Phase(batch["phase"].to_pylist(), folder.n_samples) if has_phase else None
            append(codes, phase)
            report.n_variants += batch.num_rows
            progress(chromosome, report.n_variants)
    return report


def _plink_codes(
    calls: Calls, linked: Bools, expected: NDArray[np.int8], report: PgenReport
) -> NDArray[np.int8]:
    """Return alternates of two alleles each, -9 where missing; one allele stands for two."""
    codes = counts.dosages(calls).astype(np.int8)
    written = mask_of(calls.haploid_words(), calls.n_samples)
    one = linked[:, None] & (expected == ploidy.ONE)
    absent = linked[:, None] & (expected == ploidy.ABSENT)
    torn = one & ~written & (calls.codes() == 1)
    alone = written & ~one & ~absent & (codes >= 0)
    variants, exceptions = calls.exceptions
    odd = np.zeros(codes.shape, bool)
    odd[variants, exceptions["sample"]] = True
    for why, which in (
        ("of two different alleles where there is one", torn & ~odd),
        ("of one allele where plink2 counts two", alone & ~odd),
        ("on Y of women", absent & (codes >= 0) & ~odd),
    ):
        if which.any():
            report.written_missing[why] += int(which.sum())
    half = (exceptions["n_missing"] > 0) & (exceptions["ploidy"] == 2)
    for why, n in (("half-missing", half.sum()), ("of other ploidy", (~half).sum())):
        if n:
            report.written_missing[why] += int(n)
    codes = np.where(written & one & (codes > 0), np.int8(2), codes)
    codes[torn | alone | absent | odd | (calls.codes() == MISSING)] = _MISSING
    return codes
