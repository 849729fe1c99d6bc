"""The tasks of `make bench`, each with the programs that a user would pick instead."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks import ours, peers
from benchmarks.coalescent import POPULATIONS
from benchmarks.data import Made, made
from benchmarks.measuring import Session, Spent, printed, run
from benchmarks.ours import Node
from benchmarks.peers import Plink2, bcftools_counts
from benchmarks.races import Bar, Contender, Race, race
from benchmarks.records import Shape
from benchmarks.truth import CHOSEN, EVERYBODY, FIRST_POPULATION, require

MIB = 1 << 20


@dataclass(frozen=True)
class Shapes:
    """The files of one run."""

    genomes: Shape
    depths: Shape
    biobank: Shape


FULL = Shapes(
    Shape("genomes", 2_504, 200_000),
    Shape("depths", 2_504, 32_000, "GT:AD:DP:GQ:PL"),
    Shape("biobank", 100_000, 5_000),
)
QUICK = Shapes(
    Shape("genomes-quick", 2_504, 10_000),
    Shape("depths-quick", 2_504, 1_600, "GT:AD:DP:GQ:PL"),
    Shape("biobank-quick", 20_000, 1_000),
)


class Bench:
    """What the tasks share: files, a folder to work in, warm processes."""

    def __init__(self, shapes: Shapes, cache: Path, work: Path, rounds: int) -> None:
        self.shapes, self.cache, self.work, self.rounds = shapes, cache, work, rounds
        self.closing = ExitStack()

    def made(self, shape: Shape) -> Made:
        """Return a file, made if it must be, and in memory."""
        found = made(self.cache, shape)
        found.vcf.read_bytes()
        return found

    @cached_property
    def genomes(self) -> Made:
        return self.made(self.shapes.genomes)

    @cached_property
    def node(self) -> Node:
        """A node with the genomes and a cohort of half of them."""
        node = Node(self.work / "node")
        node.ingest(self.genomes)
        node.define()
        return node

    @cached_property
    def warm(self) -> Session:
        session = ours.warm_session()
        self.closing.callback(session.close)
        return session

    @cached_property
    def bcf(self) -> Path:
        """The genomes as BCF: what bcftools would work on."""
        path = self.work / "genomes.bcf"
        printed("bcftools", "view", "-Ob", "-o", path, self.genomes.vcf)
        return path

    @cached_property
    def pgen(self) -> Path:
        """The genomes as PGEN: what plink2 would work on."""
        prefix = self.work / "genomes"
        printed("plink2", "--vcf", self.genomes.vcf, "--make-pgen", "--out", prefix)
        return prefix

    @cached_property
    def hail(self) -> Session:
        """Hail, started and warmed up on a small file; its time begins after that."""
        out = self.work / "hail"
        out.mkdir()
        small = self.made(Shape("warm-up", 100, 1_000))
        session = peers.hail_session(self.cache, out)
        self.closing.callback(session.close)
        session.ask(do="start")
        warm_up = f"/data/{small.folder.name}/variants.vcf.gz"
        session.ask(**{"do": "import", "vcf": warm_up, "target": "/out/warm-up.mt"})
        return session


def _title(found: Made, what: str) -> str:
    shape = found.shape
    return (
        f"{what}: {shape.n_samples:,} people x {shape.n_records:,} records, {shape.fields}, "
        f"{found.text_bytes / 1e9:.2f} GB of text, {found.vcf.stat().st_size / 1e6:.1f} MB bgzipped"
    )


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
    title = _title(found, "VCF to store, whole process")
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
    title = _title(found, "VCF with depths to store, whole process")
    return race("depths", title, contenders, bench.rounds, 512 * MIB)


def biobank(bench: Bench) -> Race:
    """VCF to store, with many people."""
    found = bench.made(bench.shapes.biobank)
    contenders = _ingest_contenders(bench, found, (0.0, 0.0))
    title = _title(found, "VCF to store, whole process")
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
                ours.cohort_answer(node.cohort), found.truth().of(CHOSEN, carried=True)
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
    title = _title(found, f"Half of the people with counts of their own, {how}")
    return race(task, title, contenders, bench.rounds)


def frequencies(bench: Bench) -> Race:
    """Allele frequencies by population."""
    found = bench.genomes
    table, out = bench.work / "frequencies.parquet", bench.work / "filled.bcf"
    pfile = bench.work / "by"
    folder = str(bench.node.dataset)
    kinds = bench.work / "populations.cat"
    kinds.write_text("#IID\tPOPULATION\n" + found.populations.read_text())

    def check_ours() -> None:
        bench.warm.ask(do="frequencies", folder=folder, target=str(table))
        ours.require_frequencies(table, found, POPULATIONS, FIRST_POPULATION)

    def check_bcftools() -> None:
        for group, name in enumerate(POPULATIONS, start=FIRST_POPULATION):
            require(bcftools_counts(out, f"_{name}"), found.truth().of(group))

    def check_plink2() -> None:
        variants = Path(f"{bench.pgen}.pvar")
        for group, name in enumerate(POPULATIONS, start=FIRST_POPULATION):
            answer = Plink2.counted(Path(f"{pfile}.{name}.acount"), variants)
            require(answer, found.truth().of(group))

    fill = ("bcftools", "+fill-tags", bench.bcf, "-Ob", "-o", out, "--", "-S", found.populations)
    loop = ("plink2", "--pfile", bench.pgen, "--pheno", kinds, "--loop-cats", "POPULATION")
    contenders = [
        Contender(
            "cohort.allele_frequencies, warm",
            lambda: bench.warm.run(do="frequencies", folder=folder),
            check_ours,
        ),
        Contender(
            "plink2 --loop-cats --freq counts, from PGEN",
            lambda: run(*loop, "--freq", "counts", "--out", pfile),
            check_plink2,
        ),
        Contender(
            "bcftools +fill-tags -S, from BCF",
            lambda: run(*fill, "-t", "AC,AN,AF"),
            check_bcftools,
        ),
    ]
    title = _title(found, "Allele frequencies in three populations")
    return race("frequencies", title, contenders, bench.rounds)


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
    return race("export", _title(found, "Store to bgzipped VCF"), contenders, bench.rounds)


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


TASKS: dict[str, Callable[[Bench], Race]] = {
    "ingest": ingest,
    "depths": depths,
    "biobank": biobank,
    "subset": subset,
    "subset-warm": subset_warm,
    "frequencies": frequencies,
    "export": export,
}
