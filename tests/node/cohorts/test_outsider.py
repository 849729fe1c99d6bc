"""A cohort is the same, byte for byte, whether somebody outside it is in its datasets or not."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

INSIDE = {"D1": ["A", "B", "C", "D"], "D2": ["V", "W", "X"]}
OUT = "OUTSIDER"
GIVEN = "{},XX,opt_in,secondary_use,given,2024-01-01,,paper,"
REFUSED = "{},XX,opt_in,secondary_use,refused,2024-01-01,,paper,"


@dataclass
class Dataset:
    """What one dataset says of its insiders, and of the outsider."""

    people: list[str]
    # (chromosome, position) -> reference, {alternate: {person: genotype text}}
    sites: dict[tuple[str, int], dict[str, dict[str, str]]] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)


def drawn(seed: int) -> dict[str, Dataset]:
    """Draw two datasets; the outsider is in the first."""
    draw = random.Random(seed)
    found = {name: Dataset([*people]) for name, people in INSIDE.items()}
    found["D1"].people.insert(draw.randrange(5), OUT)
    shared = [draw.randrange(1_000, 9_000) for _ in range(6)]
    for name, dataset in found.items():
        positions = [(c, p) for c in ("1", "2") for p in shared if draw.random() < 0.7]
        positions += [("1", draw.randrange(10_000, 20_000)) for _ in range(4)]
        positions += [("X", 5_000_000 + draw.randrange(1000))]
        for place in positions:
            alleles = dataset.sites.setdefault(place, {})
            for alternate in draw.sample("CGT", draw.choice((1, 1, 2))):
                carriers = draw.sample(INSIDE[name], draw.randrange(1, 3))
                alleles[alternate] = {one: draw.choice(("0/1", "1/1", "./1")) for one in carriers}
    _tell_of_outsider(found["D1"], draw)
    _tell_tables(found, draw)
    return found


def _tell_of_outsider(dataset: Dataset, draw: random.Random) -> None:
    """Let the outsider carry what others do, what nobody does, and a chromosome of their own."""
    for alleles in dataset.sites.values():
        if draw.random() < 0.5:
            draw.choice(list(alleles.values()))[OUT] = "0/1"
        rare = sorted(set("CGT") - set(alleles))
        if rare and draw.random() < 0.5:
            alleles[draw.choice(rare)] = {OUT: "0/1"}
    for _ in range(5):
        dataset.sites.setdefault(("2", draw.randrange(1_000, 9_000)), {"C": {OUT: "1/1"}})
    dataset.sites[("5", draw.randrange(1_000, 9_000))] = {"T": {OUT: "0/1"}}


def _tell_tables(found: dict[str, Dataset], draw: random.Random) -> None:
    for dataset in found.values():
        for person in dataset.people:
            population = "OUT" if person == OUT else draw.choice(("EST", "FIN"))
            is_mother = person in (OUT, "C")
            sex = "female" if is_mother else draw.choice(("female", "male"))
            tell = dataset.rows.setdefault
            tell("individuals", []).append(f"{person} {sex} {population}")
            for _ in range(draw.randrange(3)):
                term = draw.choice(("MONDO:0100096", "MONDO:0018940"))
                tell("diagnoses", []).append(f"{person} {term}")
            tell("exposures", []).append(f"{person} NCIT:C17934")
    # The outsider is a parent and of a family with insiders.
    found["D1"].rows["pedigree"] = [f"A . {OUT} F1", "B . C F2", "C . . F2", f"{OUT} . . F1"]


HEADERS = {
    "individuals": "individual_id sex population",
    "diagnoses": "individual_id term",
    "exposures": "individual_id term",
    "pedigree": "individual_id father_id mother_id family_id",
}


def write(
    node: Any, name: str, dataset: Dataset, with_outsider: bool, options: dict[str, Any]
) -> None:
    """Write a dataset's files and bring them in."""
    people = [p for p in dataset.people if with_outsider or p != OUT]
    records = []
    for (chromosome, position), alleles in sorted(dataset.sites.items()):
        carried = {a: c for a, c in alleles.items() if set(c) & set(people)}
        if carried:
            records.append(_record(chromosome, position, carried, people))
    folder = node.files / f"tables-{name}"
    folder.mkdir()
    for table, rows in dataset.rows.items():
        kept = [row for row in rows if with_outsider or row.split(" ")[0] != OUT]
        # A parent who is in no dataset is still named by whoever recorded the family.
        lines = [HEADERS[table], *kept]
        cells = [["" if cell == "." else cell for cell in line.split(" ")] for line in lines]
        text = "".join("\t".join(line) + "\n" for line in cells)
        (folder / f"{table}.tsv").write_text(text)
    path = node.vcf(records, people, f"{name}.vcf")
    header = '##INFO=<ID=ROLE,Number=1,Type=String,Description="x">\n'
    first, _, rest = path.read_text().partition("\n")
    path.write_text(f"{first}\n{header}{rest}")
    node.ingest(name, vcf=(path,), tables=folder, keep_info=("ROLE",), **options)


def _record(
    chromosome: str, position: int, alleles: dict[str, dict[str, str]], people: list[str]
) -> str:
    calls = dict.fromkeys(people, "0/0")
    for number, (_, carriers) in enumerate(alleles.items(), start=1):
        for person, call in carriers.items():
            if person in calls and calls[person] == "0/0":
                calls[person] = call.replace("1", str(number))
    kept = ",".join(alleles)
    n_alleles = 2 * len(people)
    info = f"ROLE=r{position};AN={n_alleles};AC={','.join('1' for _ in alleles)}"
    fields = [chromosome, str(position), ".", "A", kept, ".", ".", info, "GT"]
    return " ".join([*fields, *calls.values()])


def made(
    node: Any, datasets: dict[str, Dataset], with_outsider: bool, by_query: bool, key: bytes
) -> Path:
    """Make the cohort, and return its folder."""
    (node.home / "keys").mkdir(exist_ok=True, mode=0o700)
    path = node.home / "keys" / "pseudonyms.key"
    path.write_bytes(key)
    path.chmod(0o600)
    bed = node.files / "assessed.bed"
    bed.write_text("1\t0\t100000\n2\t0\t100000\nX\t4999999\t6000000\n")
    for name, dataset in datasets.items():
        options: dict[str, Any] = {"assessed": bed} if name == "D1" else {}
        people = [p for p in dataset.people if with_outsider or p != OUT]
        rows = [GIVEN.format(p) if p != OUT or by_query else REFUSED.format(p) for p in people]
        options["consent"] = node.consent(*rows, name=f"{name}.csv")
        write(node, name, dataset, with_outsider, options)
    asked = {"query": {"filters": [{"id": "population", "operator": "!", "value": "OUT"}]}}
    node.define(datasets=tuple(datasets), query=asked if by_query else None)
    folder: Path = node.materialise().path
    return folder


@pytest.mark.parametrize("seed", range(8))
def test_nothing_in_a_cohort_tells_of_somebody_outside_it(
    seed: int, node: Any, other_node: Callable[[], Any]
) -> None:
    datasets, by_query = drawn(seed), seed % 2 == 0
    key = random.Random(seed).randbytes(32)

    with_outsider = made(node, datasets, True, by_query, key)
    without = made(other_node(), datasets, False, by_query, key)

    names = [
        sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        for folder in (with_outsider, without)
    ]
    assert names[0] == names[1]
    for name in sorted(names[0], key=lambda name: (not name.endswith(".parquet"), name)):
        pair = (with_outsider / name, without / name)
        if name.endswith(".parquet"):
            assert pq.read_table(pair[0]).to_pylist() == pq.read_table(pair[1]).to_pylist(), name
        assert pair[0].read_bytes() == pair[1].read_bytes(), name
        assert OUT.encode() not in pair[0].read_bytes()
    assert "variants/chr1.parquet" in names[0]
    assert "variants/chr5.parquet" not in names[0]


def test_the_outsider_is_in_the_dataset(node: Any) -> None:
    """The test above would say nothing if the outsider were nowhere."""
    datasets = drawn(0)

    folder = made(node, datasets, True, True, bytes(32))

    held = node.home / "datasets" / "D1" / "1"
    assert (held / "variants" / "chr5.parquet").exists()
    assert json.loads((held / "manifest.json").read_text())["n_individuals"] == 5
    assert json.loads((folder / "manifest.json").read_text())["n_individuals"] == 7
    shutil.rmtree(folder)
