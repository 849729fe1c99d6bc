"""What the tasks share: the files, a node with them, warm processes."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.contenders import ours, peers
from benchmarks.contenders.library import Library, library_of
from benchmarks.contenders.ours import Node
from benchmarks.making.data import Made, made
from benchmarks.making.records import Shape
from benchmarks.measuring import Session, printed

MIB = 1 << 20


@dataclass(frozen=True)
class Shapes:
    """The files of one run."""

    genomes: Shape
    # Calls missing in every record: no program can take the way of complete ones.
    gaps: Shape
    depths: Shape
    biobank: Shape


FULL = Shapes(
    Shape("genomes", 2_504, 200_000),
    Shape("gaps", 2_504, 200_000, missing_every=1),
    Shape("depths", 2_504, 32_000, "GT:AD:DP:GQ:PL"),
    Shape("biobank", 100_000, 5_000),
)
QUICK = Shapes(
    Shape("genomes-quick", 2_504, 10_000),
    Shape("gaps-quick", 2_504, 10_000, missing_every=1),
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
        node.define(ours.CHOSEN_QUERY)
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
    def library(self) -> Library:
        """A cohort of everybody in the genomes, with genes, and the same for other programs."""
        return library_of(self.genomes, self.work / "library")

    @cached_property
    def gaps(self) -> Library:
        """The same of the genomes with gaps."""
        return library_of(self.made(self.shapes.gaps), self.work / "gaps")

    @cached_property
    def allel(self) -> Session:
        """scikit-allel with all calls in its memory."""
        session = peers.allel_session()
        self.closing.callback(session.close)
        where = {"matrix": str(self.library.matrix()), "populations": str(self.library.traits)}
        session.ask(do="load", **where)
        return session

    @cached_property
    def hail_library(self) -> Session:
        """Hail with the cohort as MatrixTables."""
        session = self.hail
        shutil.copy(self.library.traits, self.work / "hail" / "traits.tsv")
        shutil.copy(self.library.vcf, self.work / "hail" / "library.vcf.gz")
        session.ask(**{"do": "import", "vcf": "/out/library.vcf.gz", "target": "/out/raw.mt"})
        session.ask(
            do="prepare", source="/out/raw.mt", traits="/out/traits.tsv", target="/out/library"
        )
        return session

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


def title_of(found: Made, what: str) -> str:
    shape = found.shape
    return (
        f"{what}: {shape.n_samples:,} people x {shape.n_records:,} records, {shape.fields}, "
        f"{found.text_bytes / 1e9:.2f} GB of text, {found.vcf.stat().st_size / 1e6:.1f} MB bgzipped"
    )
