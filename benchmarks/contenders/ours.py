"""The store's own command and warm process, and what its folders say was counted."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.making.data import Made
from benchmarks.making.truth import EVERYBODY, Counted, WrongAnswer, counted, require
from benchmarks.measuring import Session, Spent, printed, run
from gdi_spe.store.folder import CohortFolder, DatasetFolder, Folder

DATASET, COHORT = "GDI-XX-DATASET-001", "GDI-XX-COHORT-001"
_COLUMNS = ["position", "reference", "alternate", "allele_count", "allele_number"]
# The chosen half are the women.
CHOSEN_QUERY = {"query": {"filters": [{"id": "NCIT:C16576"}]}}


class Node:
    """A node of its own in an empty folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def _words(self, *words: object) -> tuple[object, ...]:
        command = (sys.executable, "-m", "gdi_spe.node.cli.main", "--home", self.home)
        return (*command, *words)

    def clear(self) -> None:
        """Begin anew."""
        shutil.rmtree(self.home, ignore_errors=True)

    def ingest(self, made: Made) -> Spent:
        """Bring the file in, from an empty folder."""
        words = ("--vcf", made.vcf, "--tables", made.tables, "--consent-waived", "made up")
        return run(*self._words("dataset", "ingest", DATASET, *words))

    def add_genes(self, made: Made) -> None:
        """Bring in where genes are."""
        printed(*self._words("reference", "add", "gtf", made.genes))

    def define(self, query: Mapping[str, object] | None = None) -> None:
        """Define the cohort of those whom a query selects; of everybody without one."""
        words: tuple[object, ...] = ("cohort", "define", COHORT, "--dataset", DATASET)
        if query is not None:
            path = self.home / "query.json"
            path.write_text(json.dumps(query))
            words += ("--query", path)
        printed(*self._words(*words))

    def materialise(self) -> Spent:
        """Make a version of the cohort, as a whole process."""
        return run(*self._words("cohort", "materialise", COHORT))

    def materialise_warm(self, session: Session) -> Spent:
        """Make a version of the cohort, in a process that stays."""
        return session.run(do="materialise", home=str(self.home), cohort=COHORT)

    def export(self, target: Path) -> Spent:
        """Write the dataset as VCF."""
        return run(*self._words("dataset", "export", DATASET, "--vcf", target))

    @property
    def dataset(self) -> Path:
        """The dataset's folder."""
        return _newest(self.home / "datasets" / DATASET)

    @property
    def cohort(self) -> Path:
        """The folder of the cohort's newest version."""
        return _newest(next((self.home / "cohorts").glob("*/*/manifest.json")).parent.parent)


def _newest(folder: Path) -> Path:
    return max((path for path in folder.iterdir() if path.name.isdigit()), key=_number)


def _number(path: Path) -> int:
    return int(path.name)


def warm_session() -> Session:
    """Start a process with everything loaded."""
    return Session(sys.executable, "-m", "benchmarks.contenders.session")


def dataset_answer(folder: Path) -> Counted:
    """Return a dataset's counts, after comparing its columns with its calls."""
    return _answer(DatasetFolder(folder))


def cohort_answer(folder: Path) -> Counted:
    """Return a cohort's counts, after comparing its columns with its calls."""
    return _answer(CohortFolder(folder))


def _answer(folder: Folder) -> Counted:
    keys: list[tuple[str, int, str, str]] = []
    columns: list[Any] = []
    everybody = np.arange(folder.n_samples)
    for chromosome in folder.chromosomes:
        table = folder.variants(chromosome, _COLUMNS)
        places = [table[name].to_pylist() for name in _COLUMNS[:3]]
        keys += [(chromosome, *place) for place in zip(*places, strict=True)]
        told = np.array([table[name].to_numpy() for name in _COLUMNS[3:]])
        found = folder.counts(chromosome, groups=[everybody])
        if not all((found[name][0] == t).all() for name, t in zip(_COLUMNS[3:], told, strict=True)):
            raise WrongAnswer(f"{chromosome}: the columns are not what the calls give")
        columns.append(told)
    count, number = np.concatenate(columns, axis=1)
    return counted(keys, count, number)


def require_frequencies(table: Path, made: Made, populations: tuple[str, ...], first: int) -> None:
    """Compare frequencies by population, written as a table, with the truth."""
    import pandas as pd

    found = pd.read_parquet(table)
    truth = made.truth()
    for offset, population in enumerate(populations):
        rows = found[found["group"] == population]
        places = [rows[name].tolist() for name in ("chromosome", *_COLUMNS[:3])]
        keys = list(zip(*places, strict=True))
        counts = (rows[name].to_numpy() for name in _COLUMNS[3:])
        require(counted(keys, *counts), truth.of(first + offset, carried_in=EVERYBODY))


def size_of(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
