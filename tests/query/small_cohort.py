"""A cohort of twelve people that can be checked by eye, written as the store writes one.

Loaded by the conftest of each room that needs it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.calls import EXCEPTION, Call, Calls, encode
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.schemas import VARIANTS
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table, write_variants

PEOPLE = tuple(f"P{number:02d}" for number in range(1, 13))
FEMALE = frozenset({"P01", "P02", "P03", "P04", "P05", "P06"})
MALE = frozenset({"P07", "P08", "P09", "P10", "P11"})
POPULATION = {"P01": "EST", "P02": "EST", "P03": "EST", "P07": "EST", "P08": "EST",
              "P04": "FIN", "P05": "FIN", "P06": "FIN", "P09": "FIN", "P10": "FIN"}  # fmt: skip
CMS = ("HP:0003473", "HP:0000508", "HP:0001319", "HP:0003403", "HP:0003398")

# chromosome, position, reference, alternate, gene, consequence, protein change, codes by person:
# 1 one copy, 2 two, 3 missing, 4 half-missing with the alternate, 5 one copy where there is one
# only (written as haploid). Nobody listed: no copy.
Site = tuple[str, int, str, str, str | None, str | None, str | None, dict[str, int]]
SITES: tuple[Site, ...] = (
    ("chr1", 1000, "A", "G", None, "intergenic_variant", None,
     {"P01": 1, "P02": 2, "P03": 1, "P04": 1, "P07": 2, "P09": 1, "P10": 3}),
    ("chr7", 140753336, "A", "T", "BRAF", "missense_variant", "ENSP00000419060.2:p.Val600Glu",
     {"P12": 1}),
    ("chr10", 87933147, "C", "T", "PTEN", "stop_gained", "ENSP00000361021.3:p.Arg130Ter",
     {"P05": 1, "P06": 1, "P09": 1}),
    ("chr10", 87933200, "G", "A", "PTEN", "synonymous_variant", None, {"P10": 1}),
    ("chr19", 38457545, "C", "T", "RYR1", "missense_variant", "ENSP00000352608.2:p.Arg163Cys",
     {"P01": 1, "P03": 2, "P04": 3}),
    ("chr19", 38500000, "G", "GA", "RYR1", "frameshift_variant", None, {"P02": 4}),
    ("chr19", 38500010, "G", "A", "RYR1", "missense_variant", None,
     {name: 1 for name in PEOPLE if name != "P12"}),
    ("chr19", 38500020, "T", "C", "RYR1", "synonymous_variant", None, {"P08": 1}),
    ("chrX", 12885361, "A", "G", "TLR7", "missense_variant", None,
     {"P01": 1, "P02": 2, "P07": 2, "P08": 5, "P09": 1}),
)  # fmt: skip

MONDO = """data-version: test
[Term]
id: MONDO:0000001
name: disease
[Term]
id: MONDO:0018940
name: congenital myasthenic syndrome
xref: Orphanet:590 {source="MONDO:equivalentTo"}
is_a: MONDO:0000001
[Term]
id: MONDO:0100096
name: COVID-19
is_a: MONDO:0000001
[Term]
id: MONDO:0100163
name: multisystem inflammatory syndrome in children
is_a: MONDO:0100096
"""
ORPHA = """data-version: test
[Term]
id: ORPHA:590
name: Congenital myasthenic syndrome
[Term]
id: ORPHA:98913
name: Postsynaptic congenital myasthenic syndrome
is_a: ORPHA:590
"""
NCIT = """data-version: test
[Term]
id: NCIT:C3224
name: Melanoma
[Term]
id: NCIT:C3510
name: Cutaneous Melanoma
is_a: NCIT:C3224
[Term]
id: NCIT:C64768
name: Vemurafenib
"""


def make(folder: Path) -> CohortFolder:
    """Write the cohort and read it back."""
    folder.mkdir(parents=True)
    (folder / "references").mkdir()
    for name, text in (("MONDO", MONDO), ("ORPHA", ORPHA), ("NCIT", NCIT)):
        (folder / "references" / f"{name}.obo").write_text(text)
    for name, rows in tables().items():
        write_table(folder, name, rows)
    write_sites(folder)
    manifest = CohortManifest(
        cohort_id="GDI-TEST-COHORT-001",
        version=1,
        title="Twelve people",
        assembly="GRCh38",
        project=ProjectPurpose(slug="test-project", purposes=("DUO:0000042",)),
        datasets=(DatasetVersion(id="D1", version=1), DatasetVersion(id="D2", version=1)),
        n_individuals=len(PEOPLE),
        n_samples=len(PEOPLE),
        n_variants=len(SITES),
        members=members_of(folder),
    )
    write_manifest(folder, manifest)
    return CohortFolder(folder)


def sex_of(person: str) -> str:
    return "female" if person in FEMALE else "male" if person in MALE else "unknown"


def call_of(codes: dict[str, int]) -> Call:
    """Pack the codes of one site."""
    packed = np.array([min(codes.get(name, 0), 3) for name in PEOPLE], np.uint8)
    haploid = np.array([codes.get(name) == 5 for name in PEOPLE])
    packed[haploid] = 1
    half = [(PEOPLE.index(name), 2, 1, 1, 0) for name, code in codes.items() if code == 4]
    return Call(packed, haploid, np.array(half, EXCEPTION))


def write_sites(folder: Path) -> None:
    samples = germline.Samples(PEOPLE, tuple(map(sex_of, PEOPLE)), np.arange(len(PEOPLE)))
    for chromosome in dict.fromkeys(site[0] for site in SITES):
        sites = [site for site in SITES if site[0] == chromosome]
        values = [encode(call_of(site[-1])) for site in sites]
        positions = np.array([site[1] for site in sites], np.int32)
        found = germline.count_germline(
            Calls.of(values, len(PEOPLE)), chromosome, positions, samples, "GRCh38"
        )
        plain = VARIANTS.names[:13]
        rows = [_row(site) for site in sites]
        table = pa.table(
            {
                name: pa.array([row[name] for row in rows], VARIANTS.field(name).type)
                for name in plain
            }
        )
        table = germline.with_counts(table, found)
        table = table.append_column("calls", pa.array(values, pa.binary()))
        write_variants(folder, chromosome, iter([table.cast(VARIANTS)]), VARIANTS, len(PEOPLE))


def _row(site: Site) -> dict[str, Any]:
    chromosome, position, reference, alternate, gene, consequence, change, _ = site
    return {
        "chromosome": chromosome, "position": position, "id": None, "reference": reference,
        "alternate": alternate, "allele_index": 1, "gene": gene,
        "gene_id": gene and f"ENSG_{gene}", "consequence": consequence, "impact": None,
        "hgvs_c": None, "hgvs_p": change, "other_genes": None,
    }  # fmt: skip


def tables() -> dict[str, list[dict[str, Any]]]:
    """The tables about individuals."""
    return {
        "individuals": [
            {
                "individual_id": person,
                "dataset_id": "D1" if int(person[1:]) <= 8 else "D2",
                "sex": sex_of(person),
                "population": POPULATION.get(person),
                "country_of_origin": {"EST": "EE", "FIN": "FI"}.get(POPULATION.get(person, "")),
                "age": f"P{20 + 5 * index}Y" if person != "P12" else None,
                "age_years": 20.0 + 5 * index if person != "P12" else None,
            }
            for index, person in enumerate(PEOPLE)
        ],
        "samples": [
            {"sample_index": index, "sample_id": f"S{person}", "individual_id": person,
             "dataset_id": "D1" if int(person[1:]) <= 8 else "D2", "origin": "germline"}
            for index, person in enumerate(PEOPLE)
        ],
        "diagnoses": [
            _seen("P01", "MONDO:0018940", onset_years=1.0),
            _seen("P03", "ORPHA:98913"),
            _seen("P04", "ORPHA:590", "excluded"),
            _seen("P05", "NCIT:C3510", onset_years=50.0),
            _seen("P06", "NCIT:C3510"),
            _seen("P07", "MONDO:0100096", onset_years=45.0, onset_age="P45Y"),
            _seen("P08", "MONDO:0100163", onset_years=12.0, onset_age="P12Y"),
            _seen("P09", "MONDO:0100096", onset_years=70.0, onset_age="P70Y"),
            _seen("P09", "NCIT:C3510", onset_years=30.0, onset_age="P30Y"),
            _seen("P10", "MONDO:0000001", "excluded"),
        ],
        "phenotypic_features": [
            *(_seen("P02", term) for term in CMS[:4]),
            _seen("P03", "HP:0000508"),
            _seen("P04", "HP:0003473", "excluded"),
            _seen("P04", "HP:0000508"),
            *(_seen("P11", term, "excluded") for term in CMS),
        ],
        "treatments": [
            _seen("P05", "NCIT:C64768", start_date=date(2021, 3, 1)),
            _seen("P06", "NCIT:C64768", start_date=date(2015, 3, 1)),
            _seen("P09", "NCIT:C64768"),
            _seen("P10", "NCIT:C64768", "excluded"),
        ],
        "biomarkers": [
            _marker("P05", "BRAF V600E", "NP_004324.2:p.Val600Glu"),
            _marker("P06", "BRAF V600E", "NP_004324.2:p.(Val600Glu)", "excluded"),
            _marker("P09", "BRAF V600E", None),
            _marker("P10", "BRAF V600K", "NP_004324.2:p.Val600Lys"),
        ],
        "measurements": [
            {"individual_id": person, "term": "LOINC:8302-2", "label": "Body height",
             "value": 150.0 + 5 * index, "unit": "cm"}
            for index, person in enumerate(PEOPLE[:10])
        ],
        "exposures": [],
    }  # fmt: skip


def _seen(person: str, term: str, status: str = "present", **more: Any) -> dict[str, Any]:
    return {"individual_id": person, "term": term, "label": term, "status": status, **more}


def _marker(person: str, name: str, change: str | None, status: str = "present") -> dict[str, Any]:
    return {
        "individual_id": person, "gene": name.split()[0], "name": name, "term": "HGNC:1097",
        "status": status, "hgvs_p": change,
    }  # fmt: skip
