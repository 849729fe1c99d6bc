"""Small cohorts made from records, as a folder of the store and as the VCF it was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.reading import load
from gdi_spe.store.reading.wanted import Wanted
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

CSQ = "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature"
_FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")


@dataclass(frozen=True)
class Site:
    """One record: where, what it does to which genes, and each sample's fields as text."""

    chromosome: str
    position: int
    reference: str
    alternate: str
    calls: Sequence[str]
    genes: Mapping[str, str] = field(default_factory=dict)
    format: str = "GT"
    id: str = "."

    def line(self) -> str:
        """Return the record's line."""
        told = ",".join(
            f"{self.alternate}|{consequence}|HIGH|{gene}|ENSG_{gene}|Transcript|ENST_{gene}"
            for gene, consequence in self.genes.items()
        )
        info = f"CSQ={told}" if told else "."
        cells = (self.chromosome, self.position, self.id, self.reference, self.alternate, ".",
                 ".", info, self.format, *self.calls)  # fmt: skip
        return "\t".join(map(str, cells))


@dataclass(frozen=True)
class Person:
    """One individual with one sample, or more where ``samples`` names them with their origin."""

    id: str
    sex: str = "unknown"
    columns: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)


def write_vcf(path: Path, sites: Sequence[Site], names: Sequence[str], assembly: str) -> None:
    """Write the records, sorted as given."""
    chromosomes = dict.fromkeys(site.chromosome for site in sites)
    lines = ["##fileformat=VCFv4.3", f"##reference={assembly}"]
    lines += [f"##contig=<ID={name}>" for name in chromosomes]
    lines += [
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
        '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">',
        f'##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences. Format: {CSQ}">',
        "\t".join((*_FIXED, *names)),
    ]
    path.write_text("\n".join([*lines, *(site.line() for site in sites)]) + "\n")


def make(
    root: Path,
    people: Sequence[Person],
    sites: Sequence[Site],
    tables: Mapping[str, list[dict[str, Any]]] | None = None,
    keep_format: tuple[str, ...] = (),
    assembly: str = "GRCh38",
) -> CohortFolder:
    """Write ``root/calls.vcf``, read it into ``root/cohort``, and open that."""
    folder = root / "cohort"
    folder.mkdir(parents=True)
    samples = [
        (sample, person, origin)
        for person in people
        for sample, origin in (person.samples or {person.id: "germline"}).items()
    ]
    write_vcf(root / "calls.vcf", sites, [sample for sample, _, _ in samples], assembly)
    write_table(folder, "individuals", [
        {"individual_id": person.id, "dataset_id": "D", "sex": person.sex, **person.columns}
        for person in people
    ])  # fmt: skip
    write_table(folder, "samples", [
        {"sample_index": index, "sample_id": sample, "individual_id": person.id,
         "dataset_id": "D", "origin": origin}
        for index, (sample, person, origin) in enumerate(samples)
    ])  # fmt: skip
    for name, rows in (tables or {}).items():
        write_table(folder, name, rows)
    counted: dict[str, int] = {}
    for index, (_, person, origin) in enumerate(samples):
        if origin == "germline":
            counted.setdefault(person.id, index)
    who = germline.Samples(
        tuple(sample for sample, _, _ in samples),
        tuple(person.sex for _, person, _ in samples),
        np.array(sorted(counted.values())),
    )
    wanted = Wanted(keep_format=keep_format)
    load.load(folder, [root / "calls.vcf"], who, assembly, "D", wanted)
    write_manifest(folder, CohortManifest(
        cohort_id="A", version=1, assembly=assembly, project=ProjectPurpose(slug="a"),
        datasets=(DatasetVersion(id="D", version=1),), n_individuals=len(people),
        n_samples=len(samples), n_variants=len(sites), members=members_of(folder),
    ))  # fmt: skip
    return CohortFolder(folder)
