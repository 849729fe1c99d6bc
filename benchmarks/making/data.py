"""Files to measure with: made once, kept under a key of what made them, with their truth."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.making import cells, coalescent, phenotypes, records, writing
from benchmarks.making.records import People, Shape
from benchmarks.making.truth import Tally, Truth


@dataclass(frozen=True)
class Made:
    """A made-up file, its people and its truth."""

    shape: Shape
    folder: Path

    @property
    def vcf(self) -> Path:
        return self.folder / "variants.vcf.gz"

    @property
    def tables(self) -> Path:
        """Folder with who is who, as the store takes it."""
        return self.folder / "tables"

    @property
    def traits(self) -> Path:
        """Traits and covariates, one person a line, as plink2 and Hail take them."""
        return self.folder / "traits.tsv"

    @property
    def genes(self) -> Path:
        return self.folder / "genes.gtf"

    @property
    def chosen(self) -> Path:
        """Names of the chosen half, one a line."""
        return self.folder / "chosen.txt"

    @property
    def populations(self) -> Path:
        """Name and population, one person a line."""
        return self.folder / "populations.txt"

    @property
    def text_bytes(self) -> int:
        return int((self.folder / "text-bytes").read_text())

    def truth(self) -> Truth:
        return Truth.load(self.folder / "truth.npz")


def made(cache: Path, shape: Shape) -> Made:
    """Return a file of this shape, made now if it is not in the cache."""
    found = Made(shape, cache / f"{shape.name}-{_key(shape)}")
    if not found.folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".making-") as scratch:
            aside = Made(shape, Path(scratch) / "made")
            aside.folder.mkdir()
            _write(aside)
            shutil.move(aside.folder, found.folder)
    return found


def _key(shape: Shape) -> str:
    makers = [
        Path(str(m.__file__)).read_bytes()
        for m in (cells, coalescent, phenotypes, records, writing)
    ]
    return hashlib.sha256(b"".join([json.dumps(asdict(shape)).encode(), *makers])).hexdigest()[:12]


def _write(target: Made) -> None:
    found = records.people(target.shape)
    tally = Tally(found.groups)
    n_bytes = writing.write_vcf(target.vcf, target.shape, found, tally)
    (target.folder / "text-bytes").write_text(f"{n_bytes}\n")
    tally.truth().save(target.folder / "truth.npz")
    _write_people(target, found)


def _write_people(target: Made, found: People) -> None:
    phenotypes.write(target.folder, target.shape, found)
    rows = list(zip(found.names, found.populations, found.is_chosen.tolist(), strict=True))
    target.chosen.write_text("".join(f"{name}\n" for name, _, chosen in rows if chosen))
    target.populations.write_text("".join(f"{name}\t{group}\n" for name, group, _ in rows))
