"""The tables of a dataset or cohort, column by column; see ``docs/reference/cohort-store.md``."""

from __future__ import annotations

import pyarrow as pa

STORE_VERSION = "2"

_STR, _F64, _DATE = pa.string(), pa.float64(), pa.date32()


def _schema(required: dict[str, pa.DataType], optional: dict[str, pa.DataType]) -> pa.Schema:
    fields = [pa.field(name, kind, nullable=False) for name, kind in required.items()]
    return pa.schema([*fields, *(pa.field(name, kind) for name, kind in optional.items())])


def _observation(**optional: pa.DataType) -> pa.Schema:
    """Return the shape of what was seen, or looked for and not seen, in an individual."""
    required = {"individual_id": _STR, "term": _STR, "label": _STR, "status": _STR}
    return _schema(required, optional)


INDIVIDUALS = _schema(
    {"individual_id": _STR, "dataset_id": _STR, "sex": _STR},
    {
        "karyotypic_sex": _STR,
        "administrative_gender": _STR,
        "population": _STR,
        "country_of_origin": _STR,
        "age": _STR,
        "age_years": _F64,
        "birth_date": _STR,
        "vital_status": _STR,
        "last_encounter_date": _DATE,
        "death_date": _DATE,
        "death_age": _STR,
        "death_years": _F64,
        "cause_of_death": _STR,
        "ethnicity": _STR,
        "ethnicity_label": _STR,
        "geographic_origin": _STR,
        "geographic_origin_label": _STR,
    },
)
SAMPLES = _schema(
    {
        "sample_index": pa.int32(),
        "sample_id": _STR,
        "individual_id": _STR,
        "dataset_id": _STR,
        "origin": _STR,
    },
    {"tissue": _STR, "diagnosis": _STR, "progression": _STR, "date": _DATE, "age": _STR},
)
# When something began: a day (or the first and the last it can have been), an age (likewise), a
# term such as "Infantile onset", or a time before birth.
_ONSET: dict[str, pa.DataType] = {
    "onset_age": _STR,
    "onset_years": _F64,
    "onset_age_end": _STR,
    "onset_term": _STR,
    "gestational_days": pa.int32(),
    "date": _DATE,
    "date_end": _DATE,
}
DIAGNOSES = _observation(**_ONSET, stage=_STR, severity=_STR)
PHENOTYPIC_FEATURES = _observation(severity=_STR, **_ONSET, modifiers=_STR)
TREATMENTS = _observation(
    start_date=_DATE,
    end_date=_DATE,
    start_age=_STR,
    start_years=_F64,
    response=_STR,
    route=_STR,
    intent=_STR,
    target=_STR,
    termination_reason=_STR,
    cumulative_dose=_F64,
    cumulative_dose_unit=_STR,
)
PROCEDURES = _observation(body_site=_STR, date=_DATE, age=_STR, age_years=_F64)
BIOMARKERS = _schema(
    {"individual_id": _STR, "gene": _STR, "name": _STR, "status": _STR},
    {"term": _STR, "hgvs_p": _STR, "date": _DATE},
)
MEASUREMENTS = _schema(
    {"individual_id": _STR, "term": _STR, "label": _STR},
    {
        "value": _F64,
        "value_term": _STR,
        "unit": _STR,
        "date": _DATE,
        "age": _STR,
        "age_years": _F64,
        "reference_low": _F64,
        "reference_high": _F64,
        "panel": _STR,
    },
)
EXPOSURES = _observation(date=_DATE, age=_STR, age_years=_F64, duration=_STR, value=_F64, unit=_STR)
PEDIGREE = _schema(
    {"individual_id": _STR}, {"father_id": _STR, "mother_id": _STR, "family_id": _STR}
)

# Where a dataset says it looked: 0-based, half-open. In a cohort only regions that a dataset
# declared are told; the sites of a file would tell what people outside the cohort carry.
ASSESSED = _schema(
    {"dataset_id": _STR, "chromosome": _STR, "start": pa.int32(), "end": pa.int32()}, {}
)

COUNT_COLUMNS = (
    "allele_count",
    "allele_number",
    "n_heterozygous",
    "n_homozygous",
    "n_hemizygous",
    "n_missing",
)
ANNOTATION_COLUMNS = ("gene", "gene_id", "consequence", "impact", "hgvs_c", "hgvs_p")
# What is told of each further gene at a variant; the columns themselves tell of the first.
OTHER_GENES = pa.list_(pa.struct([pa.field(name, _STR) for name in ANNOTATION_COLUMNS]))

# The same counts in each population; the file's metadata names the populations in their order.
POPULATION_COLUMNS = tuple(f"{name}_by_population" for name in COUNT_COLUMNS)

VARIANTS = pa.schema(
    [
        pa.field("chromosome", _STR, nullable=False),
        pa.field("position", pa.int32(), nullable=False),
        pa.field("id", _STR),
        pa.field("reference", _STR, nullable=False),
        pa.field("alternate", _STR, nullable=False),
        pa.field("allele_index", pa.int16(), nullable=False),
        *(pa.field(name, _STR) for name in ANNOTATION_COLUMNS),
        pa.field("other_genes", OTHER_GENES),
        *(pa.field(name, pa.int32(), nullable=False) for name in COUNT_COLUMNS),
        pa.field("allele_frequency", _F64),
        *(pa.field(name, pa.list_(pa.int32()), nullable=False) for name in POPULATION_COLUMNS),
        pa.field("calls", pa.binary(), nullable=False),
    ]
)

# The tables that hold rows about individuals, by file name without its ending.
PERSON_TABLES: dict[str, pa.Schema] = {
    "individuals": INDIVIDUALS,
    "samples": SAMPLES,
    "diagnoses": DIAGNOSES,
    "phenotypic_features": PHENOTYPIC_FEATURES,
    "treatments": TREATMENTS,
    "biomarkers": BIOMARKERS,
    "measurements": MEASUREMENTS,
    "exposures": EXPOSURES,
    "procedures": PROCEDURES,
    "pedigree": PEDIGREE,
}
TABLES: dict[str, pa.Schema] = {**PERSON_TABLES, "assessed": ASSESSED}

SEXES = ("female", "male", "unknown")
STATUSES = ("present", "excluded")
ORIGINS = ("germline", "tumour")
