"""A cohort of random datasets is what a slow model, written from the rules alone, says it is."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.manifest import ConsentBasis, DatasetManifest, Region
from gdi_spe.store import germline, ploidy
from gdi_spe.store.calls import EXCEPTION, MISSING, Call, Calls, decode, encode
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.schemas import COUNT_COLUMNS, INDIVIDUALS, VARIANTS
from gdi_spe.store.writing import folders
from gdi_spe.store.writing import subset as writing
from gdi_spe.store.writing.subset import Source, write_subset

# A call as alleles: 0 reference or another alternate, 1 this alternate, None missing.
Alleles = tuple[int | None, ...]
Key = tuple[int, str, str]
CALLS: list[Alleles] = [(0, 0), (0, 1), (1, 1), (None, None), (0,), (1,), (None,), (0, None)]
CALLS += [(1, None), (0, 1, 1), (0, 0, 0), (1, 1, 1), (None, 0, 1)]
PLACES = {"chr7": (100, 101, 150, 200), "chrX": (20_000, 5_000_000), "chrM": (7,)}
KEYS = {
    chromosome: [
        (p, r, a) for p in places for r, a in (("A", "C"), ("A", "G"), ("AT", "A"), ("G", "T"))
    ]
    for chromosome, places in PLACES.items()
}


@dataclass
class Dataset:
    sexes: list[str]
    populations: list[str]
    records: dict[str, dict[Key, list[Alleles]]]
    declared: list[tuple[str, int, int]]
    chosen: list[int] = field(default_factory=list)
    phases: dict[tuple[str, Key], list[tuple[bool, bool]]] = field(default_factory=dict)
    depths: dict[tuple[str, Key], list[int | None] | None] = field(default_factory=dict)


@st.composite
def datasets(draw: st.DrawFn) -> list[Dataset]:
    return [draw(dataset()) for _ in range(draw(st.integers(1, 3)))]


@st.composite
def dataset(draw: st.DrawFn) -> Dataset:
    n = draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    records: dict[str, dict[Key, list[Alleles]]] = {}
    for chromosome, keys in KEYS.items():
        for key in draw(st.lists(st.sampled_from(keys), unique=True, max_size=6)):
            odd = draw(st.booleans())
            numbers = random.integers(0, len(CALLS) if odd else 4, n)
            records.setdefault(chromosome, {})[key] = [CALLS[i] for i in numbers]
    stretches = st.tuples(st.sampled_from([*PLACES]), st.integers(90, 160), st.integers(1, 90))
    declared = [(c, s, s + n) for c, s, n in draw(st.lists(stretches, max_size=4))]
    everybody = range(n)
    made = Dataset(
        [str(s) for s in random.choice(["female", "male", "unknown"], n)],
        [str(p) for p in random.choice(["", "EST", "FIN"], n)],
        records,
        declared,
        draw(st.lists(st.sampled_from(everybody), unique=True)),
    )
    if draw(st.booleans()):
        for chromosome, of_key in records.items():
            for key in of_key:
                bits = random.random((n, 2)) < 0.5
                made.phases[chromosome, key] = [(bool(a), bool(b)) for a, b in bits]
                numbers = random.integers(0, 99, n).tolist()
                depths = [None if i % 3 == 0 else i for i in numbers]
                made.depths[chromosome, key] = None if numbers[0] == 1 else depths
    return made


def call_of(calls: list[Alleles]) -> Call:
    codes, haploid, odd = np.zeros(len(calls), np.uint8), np.zeros(len(calls), bool), []
    for sample, alleles in enumerate(calls):
        n_missing, n_alternate = alleles.count(None), alleles.count(1)
        haploid[sample] = len(alleles) == 1
        codes[sample] = MISSING if n_missing else n_alternate
        if len(alleles) > 2 or (len(alleles) == 2 and n_missing == 1):
            odd.append((sample, len(alleles), n_alternate, n_missing, 0))
            codes[sample] = MISSING
    return Call(codes, haploid, np.array(odd, EXCEPTION))


def alleles_of(call: Call) -> list[Alleles]:
    whole: list[Alleles] = [(0, 0), (0, 1), (1, 1), (None, None)]
    single: list[Alleles] = [(0,), (1,), (1,), (None,)]
    found = [
        (single if haploid else whole)[code]
        for code, haploid in zip(call.codes.tolist(), call.haploid.tolist(), strict=True)
    ]
    for sample, n, n_alternate, n_missing, _ in call.exceptions.tolist():
        rest = n - n_alternate - n_missing
        found[sample] = (None,) * n_missing + (0,) * rest + (1,) * n_alternate
    return found


def sorted_alleles(alleles: Alleles) -> Alleles:
    return tuple(sorted(alleles, key=lambda a: -1 if a is None else a))


def write(folder: Path, made: Dataset, name: str) -> DatasetFolder:
    folder.mkdir()
    n = len(made.sexes)
    people = [
        {"individual_id": f"{name}{i}", "dataset_id": name, "sex": made.sexes[i]} for i in range(n)
    ]
    folders.write_table(folder, "individuals", people)
    samples = [
        {
            "sample_index": i,
            "sample_id": f"{name}{i}",
            "individual_id": f"{name}{i}",
            "dataset_id": name,
            "origin": "germline",
        }
        for i in range(n)
    ]
    folders.write_table(folder, "samples", samples)
    who = germline.samples_from(
        pa.Table.from_pylist(samples, schema=folders.TABLES["samples"]),
        pa.Table.from_pylist(people, schema=INDIVIDUALS),
    )
    for chromosome, of_key in made.records.items():
        _write_chromosome(folder, made, chromosome, of_key, who)
    rows = [
        {"dataset_id": name, "chromosome": c, "start": s, "end": e} for c, s, e in made.declared
    ]
    folders.write_table(folder, "assessed", rows)
    manifest = DatasetManifest(
        dataset_id=name,
        version=1,
        assembly="GRCh38",
        consent=ConsentBasis(waived="a test"),
        declares_regions=True,
        n_individuals=n,
        n_samples=n,
        n_variants=0,
        members=folders.members_of(folder),
    )
    folders.write_manifest(folder, manifest)
    return DatasetFolder(folder)


def _write_chromosome(
    folder: Path,
    made: Dataset,
    chromosome: str,
    of_key: dict[Key, list[Alleles]],
    who: germline.Samples,
) -> None:
    keys, n = sorted(of_key), len(made.sexes)
    values = [encode(call_of(of_key[key])) for key in keys]
    columns: dict[str, Any] = {
        name: [None] * len(keys)
        for name in VARIANTS.names[: VARIANTS.names.index(COUNT_COLUMNS[0])]
    }
    columns["chromosome"], columns["allele_index"] = [chromosome] * len(keys), [1] * len(keys)
    columns["position"], columns["reference"], columns["alternate"] = zip(*keys, strict=True)
    columns["gene"] = [f"{chromosome} {key}" for key in keys]
    table = pa.table({k: pa.array(v, VARIANTS.field(k).type) for k, v in columns.items()})
    positions = table["position"].to_numpy()
    found = germline.count_germline(Calls.of(values, n), chromosome, positions, who, "GRCh38")
    table = germline.with_counts(table, found).append_column("calls", pa.array(values, pa.binary()))
    table = table.select(VARIANTS.names)
    if made.phases:
        words = [packed_phase(made.phases[chromosome, key]) for key in keys]
        depths = [made.depths[chromosome, key] for key in keys]
        table = table.append_column("phase", pa.array(words, pa.binary()))
        table = table.append_column("format_DP", pa.array(depths, pa.list_(pa.int32())))
    folders.write_variants(folder, chromosome, iter([table]), table.schema, n)


def packed_phase(phase: list[tuple[bool, bool]]) -> bytes:
    size = (len(phase) + 63) // 64 * 8
    numbers = [sum(1 << i for i, bits in enumerate(phase) if bits[which]) for which in (0, 1)]
    return b"".join(number.to_bytes(size, "little") for number in numbers)


def known_of(made: Dataset, chromosome: str, key: Key, person: int) -> tuple[Alleles, Key | None]:
    """What a dataset says of a person's call of an allele, and by which record."""
    records = made.records.get(chromosome, {})
    if key in records:
        return records[key][person], key
    here = sorted(other for other in records if other[0] == key[0])
    nearest = [other for other in here if other[1] == key[1]] or here
    if nearest:
        call = records[nearest[0]][person]
        return tuple(None if a is None else 0 for a in call), nearest[0]
    if any(c == chromosome and s <= key[0] - 1 < e for c, s, e in made.declared):
        return (0, 0), None
    return (None, None), None


def counted(calls: list[Alleles], rules: list[int]) -> tuple[int, ...]:
    """AC, AN, heterozygous, homozygous, hemizygous, missing, as a person would count them."""
    ac = an = het = hom = hemi = missing = 0
    for call, rule in zip(calls, rules, strict=True):
        called = [a for a in call if a is not None]
        if rule == ploidy.ABSENT:
            continue
        if rule == ploidy.ONE:
            if len(called) < len(call) or len(set(called)) > 1:
                missing += 1
            else:
                an, ac, hemi = an + 1, ac + called[0], hemi + called[0]
            continue
        an, ac = an + len(called), ac + sum(called)
        if len(called) < len(call):
            missing += 1
        elif len(call) == 1:
            hemi += called[0]
        elif len(set(called)) > 1:
            het += 1
        else:
            hom += called[0]
    return ac, an, het, hom, hemi, missing


def rules_of(chromosome: str, position: int, sexes: list[str]) -> list[int]:
    if chromosome == "chrM":
        return [ploidy.ONE] * len(sexes)
    if chromosome == "chrX" and position > 2_781_479:
        return [ploidy.ONE if sex == "male" else ploidy.AS_WRITTEN for sex in sexes]
    return [ploidy.AS_WRITTEN] * len(sexes)


def modelled(
    made: list[Dataset], places: list[tuple[int, int]], regions: list[Region]
) -> dict[str, list[dict[str, Any]]]:
    """Say row by row what the cohort of ``places`` (dataset, person) holds."""
    sexes = [made[d].sexes[p] for d, p in places]
    populations = [made[d].populations[p] for d, p in places]
    names = sorted(set(populations) - {""})
    used = [d for d in made if d.chosen]
    out: dict[str, list[dict[str, Any]]] = {}
    for chromosome in PLACES:
        numbers: dict[tuple[int, str], int] = {}
        for key in sorted({k for d in used for k in d.records.get(chromosome, {})}):
            start, end = key[0] - 1, key[0] - 1 + len(key[1])
            if regions and not any(
                r.chromosome == chromosome and start < r.end and end > r.start for r in regions
            ):
                continue
            known = [known_of(made[d], chromosome, key, p) for d, p in places]
            calls, rules = [c for c, _ in known], rules_of(chromosome, key[0], sexes)
            if counted(calls, rules)[0] == 0:
                continue
            numbers[key[:2]] = numbers.get(key[:2], 0) + 1
            groups = [[i for i, p in enumerate(populations) if p == name] for name in names]
            by = [counted([calls[i] for i in g], [rules[i] for i in g]) for g in groups]
            row = {
                "key": key,
                "allele_index": numbers[key[:2]],
                "calls": [sorted_alleles(call) for call in calls],
                "counts": counted(calls, rules),
                "by_population": list(zip(*by, strict=True)) if by else [()] * 6,
            }
            if any(d.phases for d in used):
                row["phase"], row["depth"] = [], []
                for (d, p), (_, record) in zip(places, known, strict=True):
                    where = (chromosome, record)
                    bits = made[d].phases[where][p] if record and made[d].phases else (False, False)  # type: ignore[index]
                    row["phase"].append((bits[0], bits[1] and record == key))
                    depths = made[d].depths.get(where) if record == key else None  # type: ignore[arg-type]
                    row["depth"].append(depths[p] if depths else None)
            out.setdefault(chromosome, []).append(row)
    return out


def read(out: Path, n: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((out / "variants").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            calls = [sorted_alleles(call) for call in alleles_of(decode(row["calls"], n))]
            one = {
                "key": (row["position"], row["reference"], row["alternate"]),
                "allele_index": row["allele_index"],
                "calls": calls,
                "counts": tuple(row[name] for name in COUNT_COLUMNS),
                "by_population": [tuple(row[f"{name}_by_population"]) for name in COUNT_COLUMNS],
            }
            assert row["gene"] == f"{path.stem} {one['key']}"
            if "phase" in row:
                size = len(row["phase"]) // 2
                planes = [
                    int.from_bytes(row["phase"][i * size : (i + 1) * size], "little")
                    for i in (0, 1)
                ]
                one["phase"] = [tuple(bool(p >> i & 1) for p in planes) for i in range(n)]
                one["depth"] = row["format_DP"]
            found.setdefault(path.stem, []).append(one)
    return found


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=datasets(), data=st.data())
@pytest.mark.parametrize("kind", ["compiled", "numpy"])
def test_a_cohort_is_what_the_model_says(
    kind: str,
    made: list[Dataset],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind == "numpy":
        monkeypatch.setattr(writing.packed, "is_native", lambda: False)
    places = data.draw(st.permutations([(i, p) for i, d in enumerate(made) for p in d.chosen]))
    regions = data.draw(
        st.lists(st.sampled_from([Region(chromosome="chr7", start=99, end=101),
                                  Region(chromosome="chrX", start=1, end=6_000_000)]), max_size=2)
    )  # fmt: skip
    base = tmp_path_factory.mktemp("cohort")
    stores = [write(base / f"D{i}", one, f"D{i}") for i, one in enumerate(made)]
    sources = [
        Source(
            store,
            np.array([p for i, p in places if i == number], np.int64),
            np.array([at for at, (i, _) in enumerate(places) if i == number], np.int64),
        )
        for number, store in enumerate(stores)
    ]
    samples = germline.Samples(
        tuple(f"S{i}" for i in range(len(places))),
        tuple(made[d].sexes[p] for d, p in places),
        np.arange(len(places)),
        tuple(made[d].populations[p] for d, p in places),
    )
    (base / "out").mkdir()

    n_variants = write_subset(base / "out", sources, samples, "GRCh38", regions)

    expected = modelled(made, places, regions)
    assert read(base / "out", len(places)) == expected
    assert n_variants == sum(map(len, expected.values()))
    for path in (base / "out" / "variants").glob("*.parquet"):
        told = pq.read_schema(path).metadata
        assert json.loads(told[b"gdi-spe.populations"]) == list(samples.population_names)


def test_positions_are_not_cut_where_row_groups_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "ROW_GROUP", 2)
    keys = [(100, "A", a) for a in "CGT"] + [(101, "C", "T"), (101, "CA", "C")]
    here: list[Alleles] = [(0, 1)]
    first = Dataset(["female"], [""], {"chr7": dict.fromkeys(keys, here)}, [], [0])
    other = {(100, "A", "AA"): here, (101, "C", "G"): here}
    second = Dataset(["male"], [""], {"chr7": other}, [], [0])
    stores = [write(tmp_path / name, d, name) for name, d in (("D0", first), ("D1", second))]
    sources = [Source(s, np.array([0]), np.array([i])) for i, s in enumerate(stores)]
    samples = germline.Samples(("a", "b"), ("female", "male"), np.arange(2), ("", ""))
    (tmp_path / "out").mkdir()

    write_subset(tmp_path / "out", sources, samples, "GRCh38")

    expected = modelled([first, second], [(0, 0), (1, 0)], [])
    assert read(tmp_path / "out", 2) == expected
    assert [row["allele_index"] for row in expected["chr7"]] == [1, 2, 3, 4, 1, 2, 1]
    assert list(itertools.chain(*[r["key"][2] for r in expected["chr7"]]))[:2] == ["A", "A"]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=dataset(), data=st.data())
def test_a_dataset_without_somebody_keeps_its_sites_and_the_calls_of_the_others(
    made: Dataset, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    n = len(made.sexes)
    stay = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1)))
    base = tmp_path_factory.mktemp("dataset")
    store = write(base / "D0", made, "D0")
    samples = germline.Samples(
        tuple(f"D0{i}" for i in stay),
        tuple(made.sexes[i] for i in stay),
        np.arange(len(stay)),
        tuple(made.populations[i] for i in stay),
    )
    (base / "out").mkdir()

    n_variants = writing.write_without(base / "out", store, np.array(stay), samples)

    found = read(base / "out", len(stay))
    assert n_variants == sum(map(len, made.records.values()))
    assert {c: [row["key"] for row in rows] for c, rows in found.items()} == {
        c: sorted(of_key) for c, of_key in made.records.items()
    }
    for chromosome, rows in found.items():
        for row in rows:
            calls = [made.records[chromosome][row["key"]][i] for i in stay]
            rules = rules_of(chromosome, row["key"][0], list(samples.sexes))
            assert row["calls"] == [sorted_alleles(call) for call in calls]
            assert row["counts"] == counted(calls, rules)
            if made.phases:
                phases = made.phases[chromosome, row["key"]]
                depths = made.depths[chromosome, row["key"]]
                assert row["phase"] == [phases[i] for i in stay]
                assert row["depth"] == [depths[i] if depths else None for i in stay]
