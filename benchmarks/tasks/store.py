"""Reading files in, putting cohorts together, writing them out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.contenders import ours, peers
from benchmarks.contenders.ours import Node
from benchmarks.contenders.peers import Plink2, bcftools_counts
from benchmarks.making.data import Made
from benchmarks.making.truth import CHOSEN, EVERYBODY, require
from benchmarks.measuring import Spent, run
from benchmarks.races import Bar, Contender, Race, race
from benchmarks.tasks.bench import MIB, Bench, title_of


def _ingest_contenders(bench: Bench, found: Made, bars: tuple[float, float]) -> list[Contender]:
    """Ours, plink2 and bcftools, with the bars of the last two; 0 is none."""
    right = found.truth().of(EVERYBODY)
    node = Node(bench.work / f"ingested-{found.shape.name}")
    pgen, bcf = bench.work / f"out-{found.shape.name}", bench.work / f"{found.shape.name}.bcf"
    plink2 = Plink2(bench.work)
    view = ("bcftools", "view", "-Ob", "-o", bcf, found.vcf)
    return [
        Contender(
            "gdi-spe dataset ingest",
            lambda: node.ingest(found),
            lambda: require(ours.dataset_answer(node.dataset), right),
            before=node.clear,
        ),
        Contender(
            "plink2 --make-pgen",
            lambda: run("plink2", "--vcf", found.vcf, "--make-pgen", "--out", pgen),
            lambda: require(plink2.counts("--pfile", pgen, variants=Path(f"{pgen}.pvar")), right),
            Bar(bars[0]) if bars[0] else None,
        ),
        Contender(
            "bcftools view -Ob",
            lambda: run(*view),
            lambda: require(plink2.counts("--bcf", bcf), right),
            Bar(bars[1]) if bars[1] else None,
        ),
        Contender(
            "bcftools view -Ob --threads 2",
            lambda: run(*view, "--threads", 2),
            lambda: require(plink2.counts("--bcf", bcf), right),
        ),
    ]


def ingest(bench: Bench) -> Race:
    """VCF to store, with calls alone."""
    found = bench.genomes
    contenders = _ingest_contenders(bench, found, (1.5, 6.0))
    if peers.why_no_hail() is None:
        contenders.append(_hail(bench, found))
    title = title_of(found, "VCF to store, whole process")
    return race("ingest", title, contenders, bench.rounds, 512 * MIB)


def _hail(bench: Bench, found: Made) -> Contender:
    vcf = f"/data/{found.folder.name}/variants.vcf.gz"

    def check() -> None:
        bench.hail.ask(do="count", source="/out/genomes.mt", target="/out/counted.tsv")
        answer = peers.hail_answer(bench.work / "hail" / "counted.tsv")
        require(answer, found.truth().of(EVERYBODY))

    return Contender(
        "Hail import_vcf + write, after init",
        lambda: bench.hail.run(**{"do": "import", "vcf": vcf, "target": "/out/genomes.mt"}),
        check,
        Bar(15.0),
        before=lambda: bench.hail,
    )


def depths(bench: Bench) -> Race:
    """VCF to store, with depths, qualities and likelihoods beside the calls."""
    found = bench.made(bench.shapes.depths)
    contenders = _ingest_contenders(bench, found, (1.0, 0.0))
    title = title_of(found, "VCF with depths to store, whole process")
    return race("depths", title, contenders, bench.rounds, 512 * MIB)


def biobank(bench: Bench) -> Race:
    """VCF to store, with many people."""
    found = bench.made(bench.shapes.biobank)
    contenders = _ingest_contenders(bench, found, (0.0, 0.0))
    title = title_of(found, "VCF to store, whole process")
    return race("biobank", title, contenders, bench.rounds, 1536 * MIB)


def subset(bench: Bench) -> Race:
    """Half of the people, counted anew, as a whole process."""
    return _subset(bench, "subset", "whole process", bench.node.materialise, 4.0)


def subset_warm(bench: Bench) -> Race:
    """Half of the people, counted anew, in a process that stays."""

    def materialise() -> Spent:
        return bench.node.materialise_warm(bench.warm)

    return _subset(bench, "subset-warm", "our process warm", materialise, 15.0)


def _subset(
    bench: Bench, task: str, how: str, materialise: Callable[[], Spent], bar: float
) -> Race:
    found, node = bench.genomes, bench.node
    right = found.truth().of(CHOSEN)
    out, pgen = bench.work / "half.bcf", bench.work / "half"
    plink2 = Plink2(bench.work)
    view = ("bcftools", "view", "-S", found.chosen, "-Ob", "-o", out)
    keep = ("plink2", "--pfile", bench.pgen, "--keep", found.chosen, "--make-pgen")
    contenders = [
        Contender(
            "gdi-spe cohort materialise",
            materialise,
            lambda: require(
                ours.cohort_answer(node.cohort), found.truth().of(CHOSEN, carried_in=CHOSEN)
            ),
        ),
        Contender(
            "bcftools view -S, from BCF",
            lambda: run(*view, bench.bcf),
            lambda: require(bcftools_counts(out), right),
            Bar(bar),
        ),
        Contender(
            "bcftools view -S, from vcf.gz",
            lambda: run(*view, found.vcf),
            lambda: require(bcftools_counts(out), right),
            Bar(bar),
        ),
        Contender(
            "plink2 --keep --make-pgen, from PGEN",
            lambda: run(*keep, "--out", pgen),
            lambda: require(plink2.counts("--pfile", pgen, variants=Path(f"{pgen}.pvar")), right),
        ),
    ]
    title = title_of(found, f"Half of the people with counts of their own, {how}")
    return race(task, title, contenders, bench.rounds)


def export(bench: Bench) -> Race:
    """Store to bgzipped VCF."""
    found = bench.genomes
    right = found.truth().of(EVERYBODY)
    target, theirs = bench.work / "export.vcf.gz", bench.work / "theirs"
    plink2 = Plink2(bench.work)
    write = ("plink2", "--pfile", bench.pgen, "--export", "vcf", "bgz", "--out", theirs)
    view = ("bcftools", "view", "-Oz", "-o", target, bench.bcf)
    contenders = [
        Contender(
            "gdi-spe dataset export --vcf",
            lambda: bench.node.export(bench.work / "ours.vcf.gz"),
            lambda: require(plink2.counts("--vcf", bench.work / "ours.vcf.gz"), right),
            before=lambda: (bench.work / "ours.vcf.gz").unlink(missing_ok=True),
        ),
        Contender(
            "plink2 --export vcf bgz",
            lambda: run(*write),
            lambda: require(plink2.counts("--vcf", f"{theirs}.vcf.gz"), right),
        ),
        Contender(
            "bcftools view -Oz, from BCF",
            lambda: run(*view),
            lambda: require(plink2.counts("--vcf", target), right),
        ),
    ]
    return race("export", title_of(found, "Store to bgzipped VCF"), contenders, bench.rounds)


def sizes(bench: Bench) -> list[tuple[str, int, int]]:
    """Return each file's title, its bgzipped size, and the store's."""
    told = []
    shapes = bench.shapes
    for shape in (shapes.genomes, shapes.depths, shapes.biobank):
        found = bench.made(shape)
        node = Node(bench.work / "sized")
        node.clear()
        node.ingest(found)
        told.append((shape.name, found.vcf.stat().st_size, ours.size_of(node.dataset)))
        shutil.rmtree(node.home)
    return told
