"""One cohort in the forms that each program takes: its people go by the same pseudonyms in all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.contenders.ours import Node
from benchmarks.making.data import Made
from benchmarks.making.phenotypes import COVARIATES, DISEASE, FEATURE
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.writing.pgen import write_pgen
from gdi_spe.store.writing.vcf import VcfOptions, write_vcf


@dataclass(frozen=True)
class Library:
    """A cohort's folder, and what was written of it."""

    cohort: Path
    pgen: Path
    vcf: Path
    traits: Path

    def matrix(self) -> Path:
        """Return a file with every allele, (variants, samples, 2), as scikit-allel takes them."""
        path = self.pgen.with_suffix(".npy")
        if not path.exists():
            folder = CohortFolder(self.cohort)
            parts = [folder.genotypes(chromosome) for chromosome in folder.chromosomes]
            np.save(path, np.concatenate(parts))
        return path


def cohort_of(made: Made, work: Path) -> Path:
    """Bring a file in and make a cohort of everybody, with genes; return its folder."""
    node = Node(work)
    if not node.home.exists():
        node.add_genes(made)
        node.ingest(made)
        node.define()
        node.materialise()
    return node.cohort


def library_of(made: Made, work: Path) -> Library:
    """Make a cohort of everybody in a file, and write it for the others."""
    folder = CohortFolder(cohort_of(made, work))
    found = Library(folder.path, work / "calls", work / "calls.vcf.gz", work / "traits.tsv")
    write_pgen(folder, found.pgen)
    write_vcf(folder, found.vcf, VcfOptions())
    _traits(folder).to_csv(found.traits, sep="\t", index=False)
    return found


def _traits(folder: CohortFolder) -> pd.DataFrame:
    """Return what is known of each sample, as plink2 and Hail read it: 2 for yes, 1 for no."""
    samples = folder.samples.select(["sample_id", "individual_id"]).to_pandas()
    people = folder.table("individuals").to_pandas().set_index("individual_id")
    measured = folder.table("measurements").to_pandas()
    numbers = measured.pivot(index="individual_id", columns="label", values="value")
    who = samples["individual_id"]
    told = pd.DataFrame({"#IID": samples["sample_id"], "population": people.population[who].array})
    told["height"] = numbers["height"][who].array
    for name, table, term in (
        ("sick", "diagnoses", DISEASE), ("feature", "phenotypic_features", FEATURE),
    ):  # fmt: skip
        rows = folder.table(table).to_pandas()
        present = rows[(rows["term"] == term) & (rows["status"] == "present")]["individual_id"]
        told[name] = who.isin(present).to_numpy() + 1
    told["age"] = people["age_years"][who].array
    told["is_male"] = (people["sex"][who] == "male").astype(int).array
    for name in COVARIATES[2:]:
        told[name] = numbers[name][who].array
    return told
