"""The page that describes the store is what the library writes, and enough to read it by."""

from __future__ import annotations

import importlib.util
import itertools
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.store import calls as packing
from gdi_spe.store import germline, ploidy
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.schemas import STORE_VERSION, TABLES, VARIANTS
from gdi_spe.store.writing import folders
from tests.store import strategies

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cohort-store.md"


@pytest.fixture(scope="session")
def reader() -> ModuleType:
    path = Path(__file__).with_name("independent_reader.py")
    spec = importlib.util.spec_from_file_location("independent_reader", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kind_of(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        inner = "struct" if pa.types.is_struct(kind.value_type) else str(kind.value_type)
        return f"list of {inner}"
    return {"double": "float64", "date32[day]": "date32"}.get(str(kind), str(kind))


@pytest.mark.parametrize("name", [*TABLES, "variants"])
def test_the_page_names_every_column_with_its_type(name: str) -> None:
    page = PAGE.read_text()
    heading = next(
        line for line in page.splitlines() if line[:1] == "#" and re.search(rf"`{name}[./]", line)
    )
    level = heading.split(" ")[0]
    section = re.split(r"\n##?#? ", page.split(f"{heading}\n", 1)[1])[0]
    schema = VARIANTS if name == "variants" else TABLES[name]

    told = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (yes|no) \|", section, re.MULTILINE)

    assert level in ("##", "###")
    assert told == [
        (field.name, kind_of(field.type), "yes" if field.nullable else "no") for field in schema
    ]


def test_the_page_tells_the_version_that_is_written() -> None:
    assert f"This page describes version `{STORE_VERSION}`." in PAGE.read_text()


def test_the_worked_examples_are_what_is_written(reader: ModuleType) -> None:
    examples = re.findall(r"```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    values = []
    for example in examples:
        cells = (re.split(r" {2,}", line)[0] for line in example.splitlines())
        values.append(bytes.fromhex("".join(cells)))

    sizes = (32, 32, 4, 16, 16)
    decoded = [
        {
            i: c.as_tuple()
            for i, c in enumerate(reader.calls_of(value, n))
            if c.as_tuple() != (2, 0, 0)
        }
        for value, n in zip(values, sizes, strict=True)
    ]

    assert decoded == [
        {3: (2, 1, 0), 17: (2, 2, 0)},
        {5: (2, 0, 2)},
        {1: (2, 1, 0), 2: (2, 2, 0), 3: (2, 0, 2)},
        {0: (1, 0, 0), 1: (1, 0, 0), 2: (2, 1, 1)},
        {2: (3, 2, 0)},
    ]
    for value, n in zip(values, sizes, strict=True):
        assert packing.encode(packing.decode(value, n)) == value


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_reader_written_from_the_page_agrees_with_the_library(
    data: st.DataObject, reader: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = data.draw(stores(tmp_path_factory.mktemp("stores")))

    theirs = reader.Store(folder.path)

    for chromosome in folder.chromosomes:
        rows = folder.variants(chromosome, VARIANTS.names).to_pylist()
        alleles = folder.genotypes(chromosome).tolist()
        found = list(theirs.variants(chromosome))
        assert [row for row, _ in found] == rows
        for (_, calls), written in zip(found, alleles, strict=True):
            assert [alleles_of(call) for call in calls] == written


def alleles_of(call: object) -> list[int]:
    """As `Folder.genotypes` gives a call."""
    ploidy_, n_alternate, n_missing = call.as_tuple()  # type: ignore[attr-defined]
    if ploidy_ == 1:
        return [-1 if n_missing else n_alternate, -2]
    if ploidy_ > 2 or n_missing == 2:
        return [-1, -1]
    if n_missing:
        return [n_alternate, -1]
    return [[0, 0], [0, 1], [1, 1]][n_alternate]


@st.composite
def stores(draw: st.DrawFn, root: Path) -> DatasetFolder:
    """Draw a dataset: people of every sex and population, tumour samples, calls of every sort."""
    n_samples = draw(st.sampled_from([1, 3, 16, 17, 64, 65]))
    assembly = draw(st.sampled_from(["GRCh37", "GRCh38"]))
    ids = [f"P{number}" for number in range(max(1, n_samples - 1))]
    people = [
        {
            "individual_id": name,
            "dataset_id": "D",
            "sex": draw(st.sampled_from(["female", "male", "unknown"])),
            "population": draw(st.sampled_from(["EST", "FIN", None])),
        }
        for name in ids
    ]
    samples = [
        {
            "sample_index": i,
            "sample_id": f"S{i}",
            "individual_id": ids[i % len(ids)],
            "dataset_id": "D",
            "origin": draw(st.sampled_from(["germline", "germline", "tumour"])),
        }
        for i in range(n_samples)
    ]
    folders.write_table(root, "individuals", people)
    folders.write_table(root, "samples", samples)
    who = germline.samples_from(
        pa.Table.from_pylist(samples, schema=TABLES["samples"]),
        pa.Table.from_pylist(people, schema=TABLES["individuals"]),
    )
    n_variants = 0
    for chromosome in draw(st.sets(st.sampled_from(["chr1", "chrX", "chrY", "chrM"]), min_size=1)):
        calls = draw(strategies.variants(n_samples))
        n_variants += len(calls)
        if len(calls):
            _write(root, draw, chromosome, calls, who, assembly)
    return _sealed(root, assembly, len(ids), n_samples, n_variants)


def _write(
    root: Path,
    draw: st.DrawFn,
    chromosome: str,
    calls: packing.Calls,
    who: germline.Samples,
    assembly: str,
) -> None:
    edges = [e for region in ploidy.PSEUDOAUTOSOMAL.get((assembly, chromosome), ()) for e in region]
    places = st.one_of(st.integers(1, 10**8), st.sampled_from(edges or [5]))
    n = len(calls)
    chosen = sorted(draw(st.sets(places, min_size=n, max_size=n)))
    positions = np.array(chosen, np.int32)
    columns = {
        "chromosome": [chromosome] * n,
        "position": positions,
        "reference": ["A"] * n,
        "alternate": ["C"] * n,
        "allele_index": [1] * n,
    }
    plain = [f for f in VARIANTS if f.name in columns]
    table = pa.table(columns).cast(pa.schema(plain))
    found = germline.count_germline(calls, chromosome, positions, who, assembly)
    table = germline.with_counts(table, found)
    values = [
        calls.words[start:end].tobytes()
        for start, end in zip(calls.starts, calls.ends, strict=True)
    ]
    table = table.append_column("calls", pa.array(values, pa.binary()))
    for field in VARIANTS:
        if field.name not in table.schema.names:
            table = table.append_column(field, pa.nulls(n, field.type))
    batches = iter([table.select(VARIANTS.names).cast(VARIANTS)])
    folders.write_variants(
        root, chromosome, batches, VARIANTS, calls.n_samples, who.population_names
    )


def _sealed(
    root: Path, assembly: str, n_individuals: int, n_samples: int, n_variants: int
) -> DatasetFolder:
    from gdi_spe.boundary.manifest import ConsentBasis, DatasetManifest

    manifest = DatasetManifest(
        dataset_id="D",
        version=1,
        assembly=assembly,  # type: ignore[arg-type]
        consent=ConsentBasis(waived="a test"),
        n_individuals=n_individuals,
        n_samples=n_samples,
        n_variants=n_variants,
        members=folders.members_of(root),
    )
    folders.write_manifest(root, manifest)
    return DatasetFolder(root)


def test_the_queries_of_the_page_run_and_skip_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    n = 20_000
    row = {"chromosome": "chr19", "reference": "A", "alternate": "C", "allele_index": 1,
           "consequence": "missense_variant"}  # fmt: skip
    columns = {
        field.name: pa.array([row.get(field.name)] * n, field.type)
        if field.name in row or field.nullable
        else pa.array([[] if pa.types.is_list(field.type) else 0] * n, field.type)
        for field in VARIANTS
        if field.name != "calls"
    }
    columns["position"] = pa.array(np.arange(n) * 4000, pa.int32())
    columns["calls"] = pa.array([bytes(8)] * n, pa.binary())
    table = pa.table(columns).select(VARIANTS.names).cast(VARIANTS)
    folders.write_variants(tmp_path, "chr19", iter([table]), VARIANTS, 1)
    monkeypatch.chdir(tmp_path)
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)[0].split(";")

    rows, groups = (duckdb.sql(query).fetchall() for query in queries[:2])

    assert [r[0] for r in rows] == [
        p for p in range(0, n * 4000, 4000) if 38433691 <= p <= 38595273
    ]
    limits = [(int(low), int(high)) for _, low, high in groups]
    assert len(limits) == 3
    assert all(a[1] < b[0] for a, b in itertools.pairwise(limits))
