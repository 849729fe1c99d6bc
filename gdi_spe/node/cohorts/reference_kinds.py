"""What each kind of reference is read as, and what the node keeps of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from gdi_spe.boundary.errors import BadInput
from gdi_spe.disclosure.evidence.scores import FIRST_LINE, score_in
from gdi_spe.store.chromosomes import LENGTHS, assemblies_named
from gdi_spe.store.reading.fasta import assembly_by_lengths, write_canonical
from gdi_spe.store.reading.gtf import read_gtf, refuse_beyond
from gdi_spe.terms import obo, star_alleles
from gdi_spe.terms.codes import BY_SPELLING

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Content:
    """What a file is, and the file in its folder that the node keeps of it."""

    name: str
    release: str
    assembly: str
    file: str


def _ontology(file: Path, folder: Path, assembly: str, _progress: Progress) -> Content:
    if assembly:
        raise BadInput("an ontology has no assembly", source=str(file))
    prefix = BY_SPELLING[file.stem].prefix if file.stem in BY_SPELLING else file.stem.upper()
    if prefix not in BY_SPELLING:
        raise BadInput(
            "the file's name is not the prefix of a known code system",
            source=str(file),
            remedy="Name it as in MONDO.obo",
        )
    release = obo.load(file, prefix).version or "unversioned"
    kept = f"{prefix}{file.suffix}"
    shutil.copyfile(file, folder / kept)
    return Content(prefix, release, "", kept)


def _gtf(file: Path, folder: Path, assembly: str, progress: Progress) -> Content:
    found = read_gtf(file, progress)
    assembly = _one_assembly(assembly, found.assembly, "the header says", file)
    refuse_beyond(found.genes, assembly, file)
    pq.write_table(found.genes, folder / "genes.parquet", compression="zstd")
    return Content(file.name.split(".")[0], found.release, assembly, "genes.parquet")


def _fasta(file: Path, folder: Path, assembly: str, progress: Progress) -> Content:
    lengths = write_canonical(file, folder / "sequence.fa", progress)
    found = assembly_by_lengths(lengths, file)
    assembly = _one_assembly(assembly, found, "its chromosomes have the lengths of", file)
    name, _, rest = file.name.removesuffix(".gz").removesuffix(".bgz").partition(".")
    release = rest.rpartition(".")[0] or "unversioned"
    return Content(name, release, assembly, "sequence.fa")


def _star_alleles(file: Path, folder: Path, assembly: str, _progress: Progress) -> Content:
    found = star_alleles.read(file)
    assembly = _one_assembly(assembly, found.assembly, "the header says", file)
    name = file.name.split(".")[0]
    kept = f"{name}{star_alleles.ENDING}"
    shutil.copyfile(file, folder / kept)
    return Content(name, found.release, assembly, kept)


def _score(file: Path, folder: Path, assembly: str, _progress: Progress) -> Content:
    name = score_in(file)
    if not name:
        raise BadInput(
            "not a scoring file of the PGS Catalog", source=str(file),
            remedy=f"Its first line is {FIRST_LINE}, and one is #pgs_id=PGS000018",
        )  # fmt: skip
    if assembly:
        raise BadInput("a score is added for any assembly", source=str(file))
    kept = f"{name}.txt{'.gz' if file.name.endswith('.gz') else ''}"
    shutil.copyfile(file, folder / kept)
    return Content(name, file.name.split(".")[0], "", kept)


def _one_assembly(asked: str, found: str | None, how: str, file: Path) -> str:
    """Return the assembly of a file by its own word, else by the admin's."""
    if asked and asked not in LENGTHS:
        raise BadInput(f"unknown assembly {asked!r}", remedy=f"One of {', '.join(LENGTHS)}")
    if asked and found and asked != found:
        raise BadInput(f"{how} {found}, not {asked}", source=str(file))
    in_name = assemblies_named(file.name)
    named = next(iter(in_name)) if len(in_name) == 1 else ""
    told = found or asked or named
    if not told:
        raise BadInput(
            "it does not tell its assembly", source=str(file), remedy="Say --assembly GRCh38"
        )
    # TRUST: coordinates of two assemblies are never mixed; a name that contradicts is looked at.
    if named and told != named:
        raise BadInput(f"the file's name says {named}, not {told}", source=str(file))
    return told


# TRUST: a kind that is not listed is refused.
KINDS: dict[str, Callable[[Path, Path, str, Progress], Content]] = {
    "ontology": _ontology,
    "gtf": _gtf,
    "fasta": _fasta,
    "star-alleles": _star_alleles,
    "score": _score,
}
