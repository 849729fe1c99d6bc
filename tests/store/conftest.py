from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.boundary.manifest import ConsentBasis, DatasetManifest
from gdi_spe.store import germline
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.reading import load
from gdi_spe.store.reading.wanted import Wanted
from gdi_spe.store.writing import folders

DATA = Path(__file__).parents[3] / "shared" / "data" / "vcf"
HEADER = "##fileformat=VCFv4.2\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"

MakeFolder = Callable[..., DatasetFolder]
WriteVcf = Callable[..., Path]


@pytest.fixture
def real_vcf() -> Callable[[str], Path]:
    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"{name}: the folder of real files is not there")
        return path

    return find


@pytest.fixture
def bcftools() -> Callable[..., str]:
    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not installed")

    def run(*words: str) -> str:
        done = subprocess.run(["bcftools", *words], capture_output=True, text=True, check=True)
        return done.stdout

    return run


@pytest.fixture
def write_vcf(tmp_path: Path) -> WriteVcf:
    """Write a small VCF: records as strings with blanks for tabs."""

    def write(
        records: Sequence[str],
        samples: Sequence[str] = ("A", "B"),
        header: str = HEADER,
        name: str = "in.vcf",
    ) -> Path:
        first = "\t".join([COLUMNS, *samples])
        lines = ["\t".join(record.split(" ")) for record in records]
        path = tmp_path / name
        path.write_text(header + "\n".join([first, *lines]) + "\n")
        return path

    return write


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Load VCF files as a dataset's folder, everybody's sample their own."""

    def make(
        paths: Sequence[Path],
        sexes: dict[str, str] | None = None,
        dataset_id: str = "D1",
        assembly: str = "GRCh38",
        regions: Sequence[tuple[str, int, int]] = (),
        **options: object,
    ) -> DatasetFolder:
        names = load.read_samples(paths, assembly)
        sex_of = {name: (sexes or {}).get(name, "unknown") for name in names}
        folder = tmp_path / f"{dataset_id}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        people = [{"individual_id": n, "dataset_id": dataset_id, "sex": sex_of[n]} for n in names]
        folders.write_table(folder, "individuals", people)
        samples = [
            {
                "sample_index": i,
                "sample_id": n,
                "individual_id": n,
                "dataset_id": dataset_id,
                "origin": "germline",
            }
            for i, n in enumerate(names)
        ]
        folders.write_table(folder, "samples", samples)
        everybody = germline.Samples(names, tuple(sex_of.values()), np.arange(len(names)))
        kept = ("keep_info", "keep_format", "filters")
        wanted = Wanted(**{n: options.pop(n) for n in kept if n in options})  # type: ignore[arg-type]
        report = load.load(folder, paths, everybody, assembly, dataset_id, wanted, **options)  # type: ignore[arg-type]
        if regions:
            rows = [
                {"dataset_id": dataset_id, "chromosome": c, "start": s, "end": e}
                for c, s, e in regions
            ]
            folders.write_table(folder, "assessed", rows)
        manifest = DatasetManifest(
            dataset_id=dataset_id,
            version=1,
            assembly=assembly,  # type: ignore[arg-type]
            consent=ConsentBasis(waived="a test"),
            declares_regions=bool(regions),
            n_individuals=len(names),
            n_samples=len(names),
            n_variants=report.n_variants,
            members=folders.members_of(folder),
        )
        folders.write_manifest(folder, manifest)
        return DatasetFolder(folder)

    return make
