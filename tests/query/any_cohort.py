"""Write a cohort of any people, samples and variants, as the store writes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.calls import EXCEPTION, Call, Calls, encode
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.schemas import ASSESSED, SAMPLES, VARIANTS
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table, write_variants

Rows = list[dict[str, Any]]
# Codes of a call: 0 to 2 alternates, 3 missing, 4 half-missing with the alternate, 5 haploid with
# it, 6 haploid without it.
MISSING, HALF, HAPLOID_ALTERNATE, HAPLOID_REFERENCE = 3, 4, 5, 6


def write(
    folder: Path, individuals: Rows, samples: Rows, sites: Rows, assembly: str = "GRCh38",
    references: dict[str, str] | None = None, **tables: Rows,
) -> CohortFolder:  # fmt: skip
    """Write the cohort; a site is a row of ``variants`` with ``codes``, one a sample."""
    (folder / "references").mkdir(parents=True)
    for name, text in (references or {}).items():
        (folder / "references" / f"{name}.obo").write_text(text)
    people = [{"dataset_id": "D1", "sex": "unknown", **row} for row in individuals]
    dataset = {row["individual_id"]: row["dataset_id"] for row in people}
    specimens = [
        {"sample_index": index, "origin": "germline", "dataset_id": dataset[row["individual_id"]],
         "sample_id": f"S{index}", **row}
        for index, row in enumerate(samples)
    ]  # fmt: skip
    write_table(folder, "individuals", people)
    write_table(folder, "samples", specimens)
    for name, rows in tables.items():
        found = pa.Table.from_pylist(rows, schema=ASSESSED) if name == "assessed" else rows
        write_table(folder, name, found)
    _write_sites(folder, people, specimens, sites, assembly)
    manifest = CohortManifest(
        cohort_id="GDI-TEST-COHORT-002",
        version=1,
        assembly=assembly,
        project=ProjectPurpose(slug="test-project"),
        datasets=tuple(DatasetVersion(id=d, version=1) for d in sorted(set(dataset.values()))),
        n_individuals=len(people),
        n_samples=len(specimens),
        n_variants=len(sites),
        members=members_of(folder),
    )
    write_manifest(folder, manifest)
    return CohortFolder(folder)


def call_of(codes: list[int]) -> Call:
    """Pack the codes of one site."""
    packed = np.array([min(code, 3) for code in codes], np.uint8)
    packed[[code == HAPLOID_ALTERNATE for code in codes]] = 1
    packed[[code == HAPLOID_REFERENCE for code in codes]] = 0
    haploid = np.array([code in (HAPLOID_ALTERNATE, HAPLOID_REFERENCE) for code in codes], bool)
    half = [(index, 2, 1, 1, 0) for index, code in enumerate(codes) if code == HALF]
    return Call(packed, haploid, np.array(half, EXCEPTION))


def _write_sites(folder: Path, people: Rows, samples: Rows, sites: Rows, assembly: str) -> None:
    told = germline.samples_from(
        pa.Table.from_pylist(samples, schema=SAMPLES),
        pa.table({
            "individual_id": [row["individual_id"] for row in people],
            "sex": [row["sex"] for row in people],
            "population": pa.array([row.get("population") for row in people], pa.string()),
        }),
    )  # fmt: skip
    for chromosome in dict.fromkeys(site["chromosome"] for site in sites):
        here = [site for site in sites if site["chromosome"] == chromosome]
        here.sort(key=lambda site: (site["position"], site["reference"], site["alternate"]))
        values = [encode(call_of(site["codes"])) for site in here]
        positions = np.array([site["position"] for site in here], np.int32)
        calls = Calls.of(values, len(samples))
        found = germline.count_germline(calls, chromosome, positions, told, assembly)
        rows = [{"allele_index": 1, **site} for site in here]
        table = pa.table({
            name: pa.array([row.get(name) for row in rows], VARIANTS.field(name).type)
            for name in VARIANTS.names[:13]
        })  # fmt: skip
        table = germline.with_counts(table, found)
        table = table.append_column("calls", pa.array(values, pa.binary())).cast(VARIANTS)
        for name in ("format_GQ", "format_DP", "format_AD_reference", "format_AD_alternate"):
            if any(name in row for row in rows):
                column = pa.array([row.get(name) for row in rows], pa.list_(pa.int32()))
                table = table.append_column(name, column)
        names = told.population_names
        write_variants(folder, chromosome, iter([table]), table.schema, len(samples), names)
