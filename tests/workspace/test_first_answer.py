"""A first answer waits for nothing that it does not need, seen from a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gdi_spe.demo.cohort import DemoCohort

# What a count never needs, and each of which takes longer to load than most questions.
NEVER = ["pandas", "matplotlib", "duckdb", "scipy", "pgenlib", "pydantic", "http"]
QUESTIONS = {
    "a gene": "gene='RYR1'",
    "a gene and its effect": "gene='RYR1', consequence='damaging', max_frequency=0.01",
    "a place": "region='chr19:38433691-38595273', zygosity='heterozygous'",
    "a variant": "variant='chr19-38433700-A-T'",
    "a change of a protein": "protein_change='V600E'",
    "a gene and a phenotype": "gene='RYR1', phenotype='HP:0000118'",
    "a diagnosis and a sex": "diagnosis='MONDO:0100096', descendants=False, sex='male'",
    "an age": "age=(40, 60), vital_status='alive'",
    "a marker": "biomarker='BRAF V600E'",
    "an order in time": "origin='tumour', gene='BRAF', around='2021-03-01', within='P10Y'",
}


def loaded_by(code: str) -> set[str]:
    told = f"import json, sys, warnings\nwarnings.simplefilter('ignore')\n{code}"
    last = "\nprint(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", told + last]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_carriers_of_a_gene_are_counted_without_arrows_computations(planted: DemoCohort) -> None:
    opened = f"import gdi_spe as spe; cohort = spe.open_cohort({str(planted.path)!r})"

    loaded = loaded_by(f"{opened}; cohort.individuals(gene='TLR7', zygosity='hemizygous').count()")

    assert {"pyarrow.compute", "numpy.ma"} & loaded == set()
    assert {"pyarrow.parquet", "numpy"} <= loaded


def test_a_cohort_is_opened_by_its_identifier_without_models(planted: DemoCohort) -> None:
    here = f"import os; os.environ['GDI_SPE_COHORTS'] = {str(planted.mounted)!r}"
    opened = f"import gdi_spe as spe; cohort = spe.open_cohort({planted.id!r})"

    loaded = loaded_by(f"{here}; {opened}; cohort.individuals(gene='RYR1').ids")

    assert sorted(set(NEVER) & loaded) == []


def test_a_cohort_is_shown_without_pandas(planted: DemoCohort) -> None:
    opened = f"import gdi_spe as spe; cohort = spe.open_cohort({str(planted.path)!r})"

    loaded = loaded_by(f"{opened}; repr(cohort), cohort._repr_html_()")

    assert {"pandas", "matplotlib", "duckdb", "scipy"} & loaded == set()


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_count_loads_no_library_that_it_does_not_need(planted: DemoCohort, asked: str) -> None:
    opened = f"import gdi_spe as spe; cohort = spe.open_cohort({str(planted.path)!r})"

    loaded = loaded_by(f"{opened}; cohort.individuals({asked}).counts()")

    assert sorted(set(NEVER) & loaded) == []
    assert "gdi_spe.query.evaluate" in loaded
