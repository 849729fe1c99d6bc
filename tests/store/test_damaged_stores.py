"""A damaged store is refused by the name of its file; no kernel reads what it must not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.opening import FileBroken
from gdi_spe.store.writing.pgen import write_pgen
from gdi_spe.store.writing.vcf import VcfOptions, write_vcf

FILE = "variants/chrX.parquet"
NAMES = [f"S{number}" for number in range(70)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture
def store(
    whole: Path, write_vcf: Callable[..., Path], make_folder: Callable[..., DatasetFolder]
) -> Path:
    """A store with lists, planes, haploid planes and exceptions; made once."""
    if not (whole / "store").exists():
        rng = np.random.default_rng(5)
        spelt = np.array(["0/0", "0/1", "1/1", "./.", "1", "./1", "0/1/1"])
        rare, common = [0.97, 0.01, 0, 0.01, 0, 0.01, 0], [0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05]
        records = [
            f"X {p} . A C . . . GT " + " ".join(rng.choice(spelt, len(NAMES), p=share))
            for p, share in zip(range(5_000_000, 5_000_040), [rare, common] * 20, strict=True)
        ]
        folder = make_folder([write_vcf(records, NAMES)], dict.fromkeys(NAMES[::2], "male"))
        shutil.copytree(folder.path, whole / "store")
    return whole / "store"


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store, tmp_path / "copy"))


def everything(path: Path) -> None:
    """Ask a store all that can be asked."""
    folder = DatasetFolder(path)
    folder.variants("chrX")
    folder.counts("chrX")
    folder.dosages("chrX")
    folder.genotypes("chrX")
    folder.carrying("chrX")
    write_vcf(folder, path.parent / "out.vcf", VcfOptions(replace=True))
    write_pgen(folder, path.parent / "out", replace=True)


def refusal_of(path: Path) -> str | None:
    """Return how a store is refused, or None where it answers."""
    try:
        everything(path)
    except SpeError as error:
        return str(error)
    return None


def rewritten(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    file = path / FILE
    pq.write_table(change(pq.read_table(file)), file)


def test_the_whole_store_answers(copy: Path) -> None:
    assert refusal_of(copy) is None
    assert (copy.parent / "out.vcf").stat().st_size > 0


@pytest.mark.parametrize("name", [FILE, "samples.parquet", "individuals.parquet"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_file_cut_short_is_named(copy: Path, name: str, share: float) -> None:
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[: int(len(data) * share)])

    with pytest.raises(FileBroken, match=f"{name}: it is damaged or cut short"):
        everything(copy)


def test_a_file_that_is_not_there_is_named(copy: Path) -> None:
    (copy / FILE).unlink()

    with pytest.raises(FileBroken, match="the manifest names it and it is not there"):
        everything(copy)


@pytest.mark.parametrize("version", ["1", "3", "", "2.0"])
def test_another_version_is_refused(copy: Path, version: str) -> None:
    def change(table: pa.Table) -> pa.Table:
        return table.replace_schema_metadata(
            {**table.schema.metadata, b"gdi-spe.store": version.encode()}
        )

    rewritten(copy, change)

    with pytest.raises(BadInput, match=f"{FILE}: the store has version '{version}', this library"):
        everything(copy)


@pytest.mark.parametrize("column", ["calls", "position", "allele_number"])
def test_a_missing_column_is_named(copy: Path, column: str) -> None:
    rewritten(copy, lambda table: table.drop_columns([column]))

    with pytest.raises(FileBroken, match=f"{FILE}: the column {column} is missing"):
        everything(copy)


def test_a_column_of_another_type_is_named(copy: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index("calls")
        return table.set_column(at, "calls", table["calls"].cast(pa.large_binary()))

    rewritten(copy, change)

    with pytest.raises(FileBroken, match="the column calls is large_binary, not binary"):
        everything(copy)


def test_calls_of_other_samples_are_refused(copy: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        return table.replace_schema_metadata({**table.schema.metadata, b"gdi-spe.samples": b"71"})

    rewritten(copy, change)

    with pytest.raises(FileBroken, match="calls of other samples"):
        everything(copy)


def test_a_chromosome_that_does_not_exist_is_refused(copy: Path) -> None:
    text = (copy / "manifest.json").read_text()
    (copy / "manifest.json").write_text(text.replace(FILE, "variants/../secret.parquet"))

    with pytest.raises(FileBroken, match="of no chromosome"):
        _ = DatasetFolder(copy).chromosomes


def mutated(value: bytes, data: st.DataObject) -> bytes:
    """Flip bytes, cut, or lengthen one value of ``calls``."""
    out = bytearray(value)
    for _ in range(data.draw(st.integers(1, 4))):
        out[data.draw(st.integers(0, len(out) - 1))] = data.draw(st.integers(0, 255))
    how = data.draw(st.sampled_from(["flip", "flip", "cut", "longer", "whole words"]))
    if how == "cut":
        return bytes(out[: data.draw(st.integers(0, len(out)))])
    return bytes(out) + {"longer": b"\0", "whole words": b"\xff" * 16}.get(how, b"")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bytes_as_calls_are_answered_or_refused_by_name(
    data: st.DataObject, store: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(store, tmp_path / "copy", dirs_exist_ok=True))

    def change(table: pa.Table) -> pa.Table:
        values = table["calls"].to_pylist()
        row = data.draw(st.integers(0, len(values) - 1))
        values[row] = mutated(values[row], data)
        at = table.schema.get_field_index("calls")
        return table.set_column(at, table.schema.field("calls"), pa.array(values, pa.binary()))

    rewritten(copy, change)

    assert FILE in (refusal_of(copy) or FILE)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_flipped_bytes_of_a_file_are_answered_or_refused_by_name(
    data: st.DataObject, store: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(store, tmp_path / "copy", dirs_exist_ok=True))
    out = bytearray((store / FILE).read_bytes())
    at = out.find(b"\x28\xb5\x2f\xfd") if data.draw(st.booleans()) else 0
    for _ in range(data.draw(st.integers(1, 3))):
        out[data.draw(st.integers(at, len(out) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (copy / FILE).write_bytes(bytes(out))

    assert FILE in (refusal_of(copy) or FILE)
