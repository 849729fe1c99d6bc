"""Hail's warm process, inside the workspace's image: it starts once, then takes orders.

Runs with the image's Python alone, so it imports nothing of this project. CPU and memory are
those of all processes of the container: the driver is Python, the work is the JVM's.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 6g pyspark-shell"
os.environ.setdefault("HOME", "/tmp")

import hail as hl  # the line above is read at import

_TICKS = os.sysconf("SC_CLK_TCK")


def _processes() -> list[Path]:
    return [path for path in Path("/proc").iterdir() if path.name.isdigit()]


def _cpu_seconds() -> float:
    ticks = 0
    for process in _processes():
        try:
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _peak_bytes() -> int:
    peak = 0
    for process in _processes():
        try:
            lines = (process / "status").read_text().splitlines()
        except OSError:
            continue
        peak += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    return peak


def _start() -> dict[str, Any]:
    hl.init(
        local="local[2]",
        quiet=True,
        default_reference="GRCh38",
        tmp_dir="/out/tmp",
        local_tmpdir="/out/tmp",
        log="/out/hail.log",
        spark_conf={
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.local.dir": "/out/spark",
        },
    )
    return {"version": hl.version()}


def _import(vcf: str, target: str) -> dict[str, Any]:
    hl.import_vcf(vcf, force_bgz=True, reference_genome="GRCh38").write(target, overwrite=True)
    return {}


def _count(source: str, target: str) -> dict[str, Any]:
    table = hl.split_multi(hl.read_matrix_table(source))
    called = hl.downcode(table.GT, table.a_index)
    stats = hl.agg.call_stats(called, 2)
    counted = table.select_rows(count=stats.AC[1], number=stats.AN).rows()
    counted = counted.key_by()
    counted.select(
        chromosome=counted.locus.contig,
        position=counted.locus.position,
        reference=counted.alleles[0],
        alternate=counted.alleles[1],
        count=counted["count"],
        number=counted.number,
    ).export(target)
    return {}


def _prepare(source: str, traits: str, target: str) -> dict[str, Any]:
    """Write what analyses begin with: calls with traits, and the common variants apart."""
    told = hl.import_table(traits, key="#IID", impute=True)
    table = hl.read_matrix_table(source)
    table = table.annotate_cols(traits=told[table.s])
    table.write(f"{target}.mt", overwrite=True)
    table = hl.variant_qc(hl.read_matrix_table(f"{target}.mt"))
    common = hl.min(table.variant_qc.AF) >= 0.01
    table.filter_rows(common).drop("variant_qc").write(f"{target}-common.mt", overwrite=True)
    return {}


def _individuals(source: str, region: str) -> dict[str, Any]:
    table = hl.read_matrix_table(source)
    table = hl.filter_intervals(table, [hl.parse_locus_interval(region)])
    table = table.filter_cols(table.traits.feature == 2)
    table = table.annotate_cols(n=hl.agg.count_where(table.GT.is_non_ref()))
    return {"n": table.filter_cols(table.n > 0).count_cols()}


def _done(table: Any, target: str) -> dict[str, Any]:
    """Work everything out; into a file only where the answer is to be compared."""
    if target:
        table.export(target)
    else:
        table._force_count()
    return {}


def _frequencies(source: str, target: str = "") -> dict[str, Any]:
    table = hl.read_matrix_table(source)
    stats = hl.agg.group_by(table.traits.population, hl.agg.call_stats(table.GT, table.alleles))
    return _done(table.select_rows(stats=stats).rows(), target)


def _variant_qc(source: str, target: str = "") -> dict[str, Any]:
    table = hl.variant_qc(hl.read_matrix_table(source)).rows()
    if target:
        table = table.select(p_value=table.variant_qc.p_value_hwe)
    return _done(table, target)


def _covariates(table: Any) -> list[Any]:
    told = table.traits
    return [1.0, told.age, told.is_male, told.weight, told.glucose]


def _linear(source: str, target: str = "") -> dict[str, Any]:
    table = hl.read_matrix_table(source)
    found = hl.linear_regression_rows(
        y=table.traits.height, x=table.GT.n_alt_alleles(), covariates=_covariates(table)
    )
    return _done(found.select("beta", "p_value") if target else found, target)


def _logistic(source: str, target: str = "") -> dict[str, Any]:
    table = hl.read_matrix_table(source)
    found = hl.logistic_regression_rows(
        test="wald",
        y=table.traits.sick - 1,
        x=table.GT.n_alt_alleles(),
        covariates=_covariates(table),
    )
    return _done(found.select("beta", "p_value") if target else found, target)


_ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "start": _start,
    "import": _import,
    "count": _count,
    "prepare": _prepare,
    "individuals": _individuals,
    "frequencies": _frequencies,
    "variant-qc": _variant_qc,
    "linear": _linear,
    "logistic": _logistic,
}

for line in sys.stdin:
    order = json.loads(line)
    do = _ORDERS[order.pop("do")]
    begun, cpu = time.perf_counter(), _cpu_seconds()
    answer = do(**order)
    answer["wall_seconds"] = time.perf_counter() - begun
    answer["cpu_seconds"] = _cpu_seconds() - cpu
    answer["peak_bytes"] = _peak_bytes()
    print(json.dumps({"answer": answer}), flush=True)
