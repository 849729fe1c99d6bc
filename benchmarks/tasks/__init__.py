"""The tasks of `make bench`, each with the programs that a user would pick instead."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.races import Race
from benchmarks.tasks import analysis, store
from benchmarks.tasks.bench import Bench

TASKS: dict[str, Callable[[Bench], Race]] = {
    "ingest": store.ingest,
    "depths": store.depths,
    "biobank": store.biobank,
    "subset": store.subset,
    "subset-warm": store.subset_warm,
    "export": store.export,
    "frequencies": analysis.frequencies,
    "individuals": analysis.individuals,
    "variant-qc": analysis.variant_quality,
    "linear": analysis.linear,
    "linear-gaps": analysis.linear_gaps,
    "logistic": analysis.logistic,
    "pca": analysis.pca,
    "kinship": analysis.kinship,
    "cold": analysis.cold,
}
