"""A researcher's questions in a warm notebook, beside the tools they would pick instead.

plink2 is called as a user would call it, as a process; Hail after its start, with the cohort as
a MatrixTable; scikit-allel with every call in its memory.
"""

from __future__ import annotations

import compileall
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.contenders import ours, peers
from benchmarks.contenders.library import Library
from benchmarks.making.coalescent import POPULATIONS
from benchmarks.making.phenotypes import COVARIATES, FEATURE, gene
from benchmarks.making.truth import FIRST_POPULATION, WrongAnswer
from benchmarks.measuring import REPOSITORY, Spent, printed, run
from benchmarks.races import Bar, Contender, Race, race
from benchmarks.tasks import agreement
from benchmarks.tasks.agreement import (
    HAIL_PRINTED,
    PRINTED,
    ROUNDED_STOP,
    of_hail,
    of_ours,
    of_plink2,
)
from benchmarks.tasks.bench import Bench, title_of

_GENE, _GENES = 5, 8
_COLD = """
import gdi_spe as spe
print(spe.open_cohort({cohort!r}).individuals(gene={gene!r}).count())
"""


def _ours(
    bench: Bench, do: str, check: Callable[[Path], object], library: Library | None = None
) -> Contender:
    """The library in a session that stays; the check sees what it answers, as a table."""
    library = library or bench.library
    order = {"do": do, "folder": str(library.cohort)}
    table = _answer(bench, do, library)

    def checked() -> None:
        bench.warm.ask(**order, target=str(table))
        check(table)

    name = f"gdi_spe, warm: {do}"
    return Contender(
        name, lambda: bench.warm.run(**order), checked, once=lambda: bench.warm.ask(**order)
    )


def _answer(bench: Bench, do: str, library: Library | None = None) -> Path:
    """Where our answer to a question about a cohort is written, to be compared."""
    return bench.work / f"{do}-{(library or bench.library).pgen.parent.name}.parquet"


def _hail(
    bench: Bench, do: str, times: float, check: Callable[[Path], object], source: str = "library"
) -> list[Contender]:
    if peers.why_no_hail() is not None:
        return []
    order = {"do": do, "source": f"/out/{source}.mt"}
    target = f"{do}.tsv"

    def checked() -> None:
        bench.hail_library.ask(**order, target=f"/out/{target}")
        check(bench.work / "hail" / target)

    def ready() -> None:
        bench.hail_library.ask(**order)

    return [
        Contender(
            "Hail, after init",
            lambda: bench.hail_library.run(**order),
            checked,
            Bar(times),
            once=ready,
        )
    ]


def _plink2(
    bench: Bench,
    name: str,
    times: float | None,
    check: Callable[[Path], object],
    *words: object,
    library: Library | None = None,
) -> Contender:
    out = bench.work / name
    command = ("plink2", "--pfile", (library or bench.library).pgen, *words, "--out", out)
    bar = None if times is None else Bar(times)
    return Contender(f"plink2 {words[0]}", lambda: run(*command), lambda: check(out), bar)


def individuals(bench: Bench) -> Race:
    """Who carries a variant of a gene and has a feature; another gene each time."""
    folder = str(bench.library.cohort)

    def order(number: int) -> dict[str, object]:
        symbol = gene(number)[0]
        return {"do": "individuals", "folder": folder, "gene": symbol, "phenotype": FEATURE}

    def there(number: int) -> dict[str, object]:
        _, chromosome, start, end = gene(number)
        region = f"{chromosome}:{start}-{end + 1}"
        return {"do": "individuals", "source": "/out/library.mt", "region": region}

    def check_ours() -> None:
        found, right = bench.warm.ask(**order(0))["n"], _carriers(bench, *gene(0)[1:])
        if found != right:
            raise WrongAnswer(f"{found} individuals; plink2's calls give {right}")

    def check_hail() -> None:
        found = bench.hail_library.ask(**there(0))["n"]
        if found != (right := bench.warm.ask(**order(0))["n"]):
            raise WrongAnswer(f"{found} individuals, not {right}")

    mine, theirs = iter(range(1, 10_000)), iter(range(1, 10_000))
    contenders = [
        Contender(
            "gdi_spe, warm: individuals",
            lambda: bench.warm.run(**order(next(mine) % _GENES)),
            check_ours,
            once=lambda: bench.warm.ask(**order(0)),
        )
    ]
    if peers.why_no_hail() is None:
        contenders.append(
            Contender(
                "Hail, after init",
                lambda: bench.hail_library.run(**there(next(theirs) % _GENES)),
                check_hail,
                Bar(200),
                once=lambda: bench.hail_library.ask(**there(0)),
            )
        )
    title = title_of(bench.genomes, "Individuals by gene and phenotype")
    return race("individuals", title, contenders, bench.rounds)


def _carriers(bench: Bench, chromosome: str, start: int, end: int) -> int:
    """Count them from plink2's export of the gene's calls."""
    out = bench.work / "carriers"
    place = ("--chr", chromosome, "--from-bp", start, "--to-bp", end)
    printed("plink2", "--pfile", bench.library.pgen, *place, "--export", "A", "--out", out)
    calls = pd.read_csv(out.with_suffix(".raw"), sep="\t").set_index("IID").iloc[:, 5:]
    # Copies of the alternate, whichever allele plink2 counted.
    counted = [name.rsplit("_", 1)[1] for name in calls.columns]
    listed = pd.read_csv(
        bench.library.pgen.with_suffix(".pvar"), sep="\t", comment=None, dtype=str,
        skiprows=_heading(bench.library.pgen.with_suffix(".pvar")),
    )  # fmt: skip
    here = listed[(listed["#CHROM"].str.removeprefix("chr") == chromosome.removeprefix("chr"))]
    places = here["POS"].astype(int)
    alternates = here[(places >= start) & (places <= end)]["ALT"].tolist()
    for (name, column), allele, alternate in zip(calls.items(), counted, alternates, strict=True):
        calls[name] = column if allele == alternate else 2 - column
    traits = pd.read_csv(bench.library.traits, sep="\t").set_index("#IID")
    carries = (calls > 0).any(axis=1)
    return int((carries & (traits["feature"][carries.index] == 2)).sum())


def _heading(path: Path) -> int:
    with path.open() as lines:
        return next(number for number, line in enumerate(lines) if line.startswith("#CHROM"))


def frequencies(bench: Bench) -> Race:
    """Allele frequencies by population, of the whole file."""
    found, by = bench.genomes, bench.work / "by"
    kinds = ("--pheno", bench.library.traits, "--pheno-name", "population")

    def check_plink2(out: Path) -> None:
        counted = pd.read_csv(f"{out}.{POPULATIONS[0]}.acount", sep="\t")
        right = found.truth().of(FIRST_POPULATION)
        if int(counted["ALT_CTS"].sum()) != int(right.count.sum()):
            raise WrongAnswer("plink2 counts otherwise")

    contenders = [
        _ours(
            bench,
            "frequencies",
            lambda table: ours.require_frequencies(table, found, POPULATIONS, FIRST_POPULATION),
        ),
        *_hail(bench, "frequencies", 300, lambda _table: None),
        Contender(
            "plink2 --loop-cats --freq counts",
            lambda: run(
                *("plink2", "--pfile", bench.library.pgen, *kinds, "--loop-cats", "population"),
                *("--freq", "counts", "--out", by),
            ),
            lambda: check_plink2(by),
            Bar(4),
        ),
        *_allel(bench),
    ]
    title = title_of(found, "Allele frequencies in three populations")
    return race("frequencies", title, contenders, bench.rounds)


def _allel(bench: Bench) -> list[Contender]:
    if peers.why_no_allel() is not None:
        return []

    def check() -> None:
        counted = bench.allel.ask(do="frequencies")["n"]
        for group, name in enumerate(POPULATIONS, start=FIRST_POPULATION):
            if counted[name] != int(bench.genomes.truth().of(group).count.sum()):
                raise WrongAnswer(f"{name}: {counted[name]:,} copies")

    return [
        Contender(
            "scikit-allel, calls in memory",
            lambda: bench.allel.run(do="frequencies"),
            check,
            Bar(40),
            once=lambda: bench.allel.ask(do="frequencies"),
        )
    ]


def variant_quality(bench: Bench) -> Race:
    """Call rates, genotype counts and Hardy-Weinberg of every variant."""

    def check_plink2(out: Path) -> None:
        theirs = of_plink2(out.with_suffix(".hardy"), p_value_hwe="P")
        agreement.require_equal(
            of_ours(_answer(bench, "variant-qc")), theirs, "p_value_hwe", PRINTED, 1_000
        )

    contenders = [
        _ours(bench, "variant-qc", lambda _table: None),
        *_hail(bench, "variant-qc", 100, lambda _table: None),
        _plink2(
            *(bench, "plink2-qc", 2, check_plink2),
            *("--hardy", "cols=chrom,pos,ref,alt,gcounts,hetfreq,p", "--missing", "variant-only"),
            *("--freq", "counts"),
        ),
    ]
    title = title_of(bench.genomes, "Quality of every variant")
    return race("variant-qc", title, contenders, bench.rounds)


def linear(bench: Bench) -> Race:
    """A number against every variant, with four covariates."""

    def check_hail(table: Path) -> None:
        mine = of_ours(_answer(bench, "linear"))
        # Hail puts the mean in the place of a missing call; ours leaves it out.
        full = mine[mine["n"] == mine["n"].max()]
        agreement.require_equal(full, of_hail(table), "beta", HAIL_PRINTED, 1_000)

    contenders = [
        _ours(bench, "linear", lambda _table: None),
        *_hail(bench, "linear", 60, check_hail),
        _plink2_linear(bench, bench.library, "linear"),
    ]
    title = title_of(bench.genomes, "Linear association, 4 covariates, all variants")
    return race("linear", title, contenders, bench.rounds)


def linear_gaps(bench: Bench) -> Race:
    """The same where every variant lacks calls, as in most call sets."""
    contenders = [
        _ours(bench, "linear", lambda _table: None, bench.gaps),
        _plink2_linear(bench, bench.gaps, "linear-gaps"),
    ]
    found = bench.made(bench.shapes.gaps)
    title = title_of(found, "Linear association, 4 covariates, calls missing in every variant")
    return race("linear-gaps", title, contenders, bench.rounds)


def _plink2_linear(bench: Bench, library: Library, name: str) -> Contender:
    def check(out: Path) -> None:
        theirs = of_plink2(Path(f"{out}.height.glm.linear"), beta="BETA")
        table = of_ours(_answer(bench, "linear", library))
        agreement.require_equal(table, theirs, "beta", PRINTED, 1_000)

    glm = ("--glm", "hide-covar", "omit-ref", *_model(library, "height"))
    return _plink2(bench, f"plink2-{name}", 60, check, *glm, library=library)


def _model(library: Library, trait: str) -> tuple[object, ...]:
    covariates = ("--covar", library.traits, "--covar-name", ",".join(COVARIATES))
    return ("--pheno", library.traits, "--pheno-name", trait, *covariates)


def logistic(bench: Bench) -> Race:
    """Cases and controls against the common variants, Wald's test."""

    def check_plink2(out: Path) -> None:
        theirs = of_plink2(Path(f"{out}.sick.glm.logistic"), odds="OR")
        table = of_ours(_answer(bench, "logistic"))
        table["odds"] = np.exp(table["beta"])
        agreement.require_equal(table, theirs, "odds", ROUNDED_STOP, 1_000)

    def check_hail(table: Path) -> None:
        mine = of_ours(_answer(bench, "logistic"))
        full = mine[mine["n"] == mine["n"].max()]
        agreement.require_equal(full, of_hail(table), "beta", ROUNDED_STOP, 1_000)

    contenders = [
        _ours(bench, "logistic", lambda _table: None),
        *_hail(bench, "logistic", 5, check_hail, "library-common"),
        _plink2(
            *(bench, "plink2-logistic", 1, check_plink2),
            *("--glm", "no-firth", "hide-covar", "omit-ref", "--maf", "0.01"),
            *_model(bench.library, "sick"),
        ),
    ]
    title = title_of(bench.genomes, "Logistic association, 4 covariates, MAF >= 1 %")
    return race("logistic", title, contenders, bench.rounds)


def pca(bench: Bench) -> Race:
    """Ten components of the unrelated, on variants that are independent."""
    pruned, out = bench.work / "pruned", bench.work / "plink2-pca"
    prune = f"plink2 --pfile {bench.library.pgen} --maf 0.05 --indep-pairwise 200kb 1 0.2"
    prune += f" --rm-dup force-first --set-all-var-ids @:#:$r:$a --out {pruned}"
    solve = f"plink2 --pfile {bench.library.pgen} --set-all-var-ids @:#:$r:$a"
    solve += f" --extract {pruned}.prune.in --king-cutoff 0.0442 --pca 10 --out {out}"

    def check() -> None:
        theirs = pd.read_csv(f"{out}.eigenvec", sep="\t").set_index("#IID")
        agreement.require_same_directions(_by_sample(bench, "pca"), theirs, len(POPULATIONS) - 1)

    contenders = [
        _ours(bench, "pca", lambda _table: None),
        Contender(
            "plink2 --indep-pairwise; --king-cutoff --pca",
            lambda: run("sh", "-c", f"{prune} && {solve}".replace("$", "\\$")),
            check,
            Bar(2),
        ),
        _plink2(bench, "plink2-pca-all", None, lambda _out: None, "--pca", 10, "--maf", "0.05"),
    ]
    title = title_of(bench.genomes, "Ten principal components")
    return race("pca", title, contenders, bench.rounds)


def _by_sample(bench: Bench, name: str) -> pd.DataFrame:
    """Read a table of ours about individuals, by the names of their samples."""
    table = pd.read_parquet(_answer(bench, name))
    samples = pd.read_parquet(bench.library.cohort / "samples.parquet").set_index("individual_id")
    return table.set_index(samples["sample_id"][table.index].to_numpy())


def kinship(bench: Bench) -> Race:
    """Who is related to whom."""

    def check(out: Path) -> None:
        theirs = len(pd.read_csv(out.with_suffix(".kin0"), sep="\t"))
        mine = len(pd.read_parquet(_answer(bench, "kinship")))
        if mine != theirs:
            raise WrongAnswer(f"plink2 finds {theirs} pairs, not {mine}")

    least = 2**-4.5
    contenders = [
        _ours(bench, "kinship", lambda _table: None),
        _plink2(
            *(bench, "plink2-king", 1, check, "--make-king-table", "--king-table-filter", least),
            *("--maf", "0.01"),
        ),
    ]
    title = title_of(bench.genomes, "Kinship of all pairs")
    return race("kinship", title, contenders, bench.rounds)


def cold(bench: Bench) -> Race:
    """From nothing to the first answer: a process that imports, opens and asks."""
    name, chromosome, start, end = gene(_GENE)
    code = _COLD.format(cohort=str(bench.library.cohort), gene=name)
    contenders = [
        Contender(
            "gdi_spe",
            lambda: _timed(sys.executable, "-c", code),
            lambda: None,
            once=_as_installed,
        )
    ]
    if peers.why_no_hail() is None:
        region = f"{chromosome}:{start}-{end + 1}"
        command = peers.hail_once(bench.work / "hail", region)
        contenders.append(
            Contender(
                "Hail, import, init and the same question",
                lambda: _timed(*command),
                lambda: None,
                Bar(20),
                once=lambda: bench.hail_library,
            )
        )
    title = title_of(bench.genomes, "A first answer, cold process")
    return race("cold", title, contenders, bench.rounds, most_seconds=1.5)


def _as_installed() -> None:
    """Compile the library, as what is installed is, and as the workspace's image is."""
    compileall.compile_dir(REPOSITORY / "gdi_spe", quiet=1)


def _timed(*words: object) -> Spent:
    return run(*words)
