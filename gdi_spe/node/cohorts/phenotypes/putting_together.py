"""What the sources said and what the VCF files hold, put together into a dataset's tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.agreement import believed
from gdi_spe.node.cohorts.phenotypes.collected import CONTRADICTED, Phenotypes, SampleRow
from gdi_spe.node.cohorts.phenotypes.findings import Fault, Findings
from gdi_spe.node.cohorts.phenotypes.plausibility import check_life, check_observations
from gdi_spe.node.cohorts.phenotypes.reading.beacon import read_beacon
from gdi_spe.node.cohorts.phenotypes.reading.ped import read_ped
from gdi_spe.node.cohorts.phenotypes.reading.phenopackets import read_phenopackets
from gdi_spe.node.cohorts.phenotypes.reading.record import Row
from gdi_spe.node.cohorts.phenotypes.reading.tables import read_tables
from gdi_spe.node.cohorts.phenotypes.relations import pedigree_table
from gdi_spe.store.schemas import PERSON_TABLES, SAMPLES

_ALONE = ("individuals", "samples", "pedigree")


@dataclass(frozen=True)
class Sources:
    """Where the admin says that individuals are described."""

    phenopackets: Path | None = None
    beacon: tuple[Path, ...] = ()
    tables: Path | None = None
    pedigree: Path | None = None
    skip_faulty: bool = False

    def __bool__(self) -> bool:
        return any((self.phenopackets, self.beacon, self.tables, self.pedigree))


@dataclass(frozen=True)
class People:
    """A dataset's individuals: their samples, their tables, and the account of the reading."""

    samples: dict[str, SampleRow]
    tables: dict[str, pa.Table]
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def known(self) -> frozenset[str]:
        """The individuals who have a sample."""
        return frozenset(sample.individual_id for sample in self.samples.values())


def read_people(sources: Sources, sample_names: tuple[str, ...], dataset_id: str) -> People:
    """Read every source and put it together with the samples of the VCF files.

    Raises
    ------
    BadInput
        Naming file and record of what is no such source, or of the first wrong value unless
        the admin asked to leave wrong values out.
    """
    phenotypes = Phenotypes()
    if sources.phenopackets is not None:
        read_phenopackets(sources.phenopackets, phenotypes)
    if sources.beacon:
        read_beacon(sources.beacon, phenotypes)
    if sources.tables is not None:
        read_tables(sources.tables, phenotypes)
    if sources.pedigree is not None:
        read_ped(sources.pedigree, phenotypes)
    people = put_together(phenotypes, sample_names, dataset_id)
    if sources and not sources.skip_faulty:
        people.findings.refuse_faults()
    return people


def put_together(phenotypes: Phenotypes, sample_names: tuple[str, ...], dataset_id: str) -> People:
    """Return the tables about those who have a sample; faults are taken down, not yet refused.

    Raises
    ------
    BadInput
        If a term was measured in several units.
    """
    samples = _samples(phenotypes, sample_names)
    known = frozenset(sample.individual_id for sample in samples.values())
    _take_down_strangers(phenotypes, known)
    _refuse_mixed_units(phenotypes)
    tables = {
        name: _observations(phenotypes, name, known) for name in PERSON_TABLES if name not in _ALONE
    }
    tables["individuals"] = _individuals(phenotypes, known, dataset_id)
    check_observations(tables, tables["individuals"], phenotypes.findings)
    tables["samples"] = _sample_table(samples, dataset_id)
    tables["pedigree"] = pedigree_table(phenotypes, known)
    for name, table in tables.items():
        phenotypes.findings.n_read[name] = table.num_rows
    return People(samples, tables, phenotypes.findings)


def _samples(phenotypes: Phenotypes, names: tuple[str, ...]) -> dict[str, SampleRow]:
    """Say whose each VCF column is: samples.tsv does, else a biosample, else its own name."""
    findings, in_files = phenotypes.findings, frozenset(names)
    for name, (_, place) in phenotypes.listed_samples.items():
        if name not in in_files:
            why = f"sample {name!r} is in no VCF file"
            findings.fault(Fault("samples", why, place.source, place.line))
    for name, (_, place) in phenotypes.biosamples.items():
        if name not in in_files:
            findings.left_out.add("biosamples that are in no VCF file", f"{name} ({place})")
    claimed = {**phenotypes.biosamples, **phenotypes.listed_samples}
    found: dict[str, SampleRow] = {}
    for name in names:
        found[name] = claimed[name][0] if name in claimed else SampleRow(name, "germline")
        if name not in claimed and phenotypes.places and name not in phenotypes.places:
            why = "samples that no source speaks of: individuals of the same name"
            findings.left_out.add(why, name)
    return found


def _take_down_strangers(phenotypes: Phenotypes, known: frozenset[str]) -> None:
    for name, place in phenotypes.places.items():
        if name not in known:
            pointer = f"{place.pointer}: " if place.pointer else ""
            why = f"{pointer}individual {name!r} has no sample in the dataset"
            remedy = "Leave the record out, or map the sample in samples.tsv"
            fault = Fault("individuals without a sample", why, place.source, place.line, remedy)
            phenotypes.findings.fault(fault)


def _refuse_mixed_units(phenotypes: Phenotypes) -> None:
    # TRUST: 180 cm and 1.8 m in one column would be compared as if they were one unit.
    mixed = {key: units for key, units in phenotypes.units.items() if len(units) > 1}
    if not mixed:
        return
    (_, term), units = next(iter(mixed.items()))
    told = "; ".join(f"{unit or 'no unit'} at {place}" for unit, place in units.items())
    others = f" (and {len(mixed) - 1} more terms)" if len(mixed) > 1 else ""
    raise BadInput(
        f"{term} has values in several units: {told}{others}",
        remedy="Convert the values of a term to one unit, and read them again",
    )


def _observations(phenotypes: Phenotypes, name: str, known: frozenset[str]) -> pa.Table:
    table = phenotypes.rows(name)
    inside = pc.is_in(table["individual_id"], value_set=pa.array(sorted(known), pa.string()))
    table = believed(table.filter(inside), name, phenotypes.findings)
    first = [column for column in ("individual_id", "term", "name") if column in table.column_names]
    others = [column for column in table.column_names if column not in first]
    order = [(column, "ascending") for column in (*first, *others)]
    return table.sort_by(order).cast(PERSON_TABLES[name])


def _individuals(phenotypes: Phenotypes, known: frozenset[str], dataset_id: str) -> pa.Table:
    rows = [_individual(phenotypes, name, dataset_id) for name in sorted(known)]
    return pa.Table.from_pylist(rows, schema=PERSON_TABLES["individuals"])


def _individual(phenotypes: Phenotypes, name: str, dataset_id: str) -> Row:
    told = {
        column: None if value is CONTRADICTED else value
        for column, value in phenotypes.individuals.get(name, {}).items()
    }
    in_pedigree = phenotypes.sexes_in_pedigrees.get(name, "unknown")
    sex = told.get("sex") or "unknown"
    if "unknown" not in (sex, in_pedigree) and sex != in_pedigree:
        why = "the pedigree has another sex than the individual's record, which counts"
        phenotypes.findings.contradictions.add(why, name)
    # TRUST: sex decides how many alleles of X and Y are counted; a contradicted one stays unknown.
    is_open = sex == "unknown" and "sex" not in phenotypes.individuals.get(name, {})
    sex = in_pedigree if is_open else sex
    row = {**told, "individual_id": name, "dataset_id": dataset_id, "sex": sex}
    check_life(row, phenotypes.findings)
    return row


def _sample_table(samples: dict[str, SampleRow], dataset_id: str) -> pa.Table:
    rows = [
        {
            **row.details,
            "sample_index": index,
            "sample_id": name,
            "individual_id": row.individual_id,
            "dataset_id": dataset_id,
            "origin": row.origin,
        }
        for index, (name, row) in enumerate(samples.items())
    ]
    return pa.Table.from_pylist(rows, schema=SAMPLES)
