"""What never changes a verdict, and what never lowers it."""

from __future__ import annotations

import gzip
import io
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging
from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item

POLICY = policy_named("gdi-default")


def tables() -> list[Item]:
    """Every made export that is one table with a header, as CSV, and is compared with nothing."""
    found = []
    for subject in ("people", "small", "summaries", "harmless"):
        for maker in import_module(f"tests.disclosure.generated.{subject}").MAKERS:
            if maker.__name__ in ("drawings", "pictures", "words"):
                continue
            for item in maker():
                (name, data), *more = item.files.items()
                plain = name.endswith(".csv") and not more and not item.prior
                if plain and len(data) < 20_000 and b'""' not in data:
                    found.append(item)
    return found


TABLES = tables()


def verdict(item: Item, data: bytes, name: str = "t.csv", kind: str | None = None) -> Verdict:
    declared = item.declared if kind is None else kind
    context = CheckContext(
        n_individuals=item.n, n_variants=item.m, identifiers=frozenset(item.identifiers),
        declared={"*": declared} if declared else {},
    )  # fmt: skip
    return judge_bytes(data, Judging(name, POLICY, context)).report.verdict


def read(item: Item) -> pd.DataFrame:
    (data,) = item.files.values()
    separator = ";" if b";" in data.split(b"\n")[0] else ","
    return pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, sep=separator)


@pytest.fixture(params=TABLES[::3], ids=lambda item: item.name)
def item(request) -> Item:
    return request.param


def test_there_are_many_tables():
    assert len(TABLES) >= 150


def test_delimiters_and_compression_change_nothing(item):
    table = read(item)
    before = verdict(item, kit.csv(table))

    others = [
        verdict(item, kit.tsv(table), "t.tsv"),
        verdict(item, kit.semicolons(table)),
        verdict(item, gzip.compress(kit.csv(table)), "t.csv.gz"),
        verdict(item, kit.csv(table).replace(b"\n", b"\r\n")),
    ]

    assert set(others) == {before}


def test_the_order_of_rows_and_columns_changes_nothing(item):
    table = read(item)
    before = verdict(item, kit.csv(table))
    pick = np.random.default_rng(3)

    rows = verdict(item, kit.csv(table.iloc[pick.permutation(len(table))]))
    columns = verdict(item, kit.csv(table[pick.permutation(table.columns)]))

    assert rows is before
    # A column without a name is the first, or it is another table.
    assert columns is before or any(not c or c.startswith("Unnamed") for c in table.columns)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            {
                "Characteristic": ["Women, n (%)", "Diabetes, n (%)", "Stroke, n (%)"],
                "Carriers (n=57)": ["31 (54.4)", "16 (28.1)", "2 (3.5)"],
                "Others (n=8543)": ["4511 (52.8)", "641 (7.5)", "171 (2.0)"],
            },
            Verdict.BLOCK,
        ),
        (
            {
                "year": ["2019", "2020", "2021"],
                "Tartu": ["504", "317", "298"],
                "Turku": ["544", "84", "518"],
                "Leuven": ["132", "400", "596"],
            },
            Verdict.PASS,
        ),
    ],
)
def test_what_names_the_rows_may_stand_in_any_column(table, expected):
    columns = list(table)
    orders = [columns[i:] + columns[:i] for i in range(len(columns))]
    files = [kit.csv(pd.DataFrame(table)[order]) for order in orders]

    verdicts = {judge_bytes(data, Judging("t.csv", POLICY, CheckContext())).report.verdict
                for data in files}  # fmt: skip

    assert verdicts == {expected}


def test_another_record_of_a_person_never_lowers_a_verdict(item):
    table = read(item)
    before = verdict(item, kit.csv(table))
    if before is not Verdict.BLOCK or "PII" not in rules(item, kit.csv(table)):
        pytest.skip("not a file of records")

    after = verdict(item, kit.csv(pd.concat([table, table.tail(1)])))

    assert after >= before


def rules(item: Item, data: bytes) -> str:
    context = CheckContext(n_individuals=item.n, n_variants=item.m)
    report = judge_bytes(data, Judging("t.csv", POLICY, context)).report
    return " ".join(f.rule for f in report.findings if f.severity is Verdict.BLOCK)


@pytest.mark.parametrize(
    "kind",
    ["counts", "allele-frequencies", "public-annotation", "regions", "public-weights", "manhattan"],
)
def test_a_declaration_never_lowers_what_the_content_shows(item, kind):
    table = kit.csv(read(item))
    undeclared = verdict(item, table, kind="")

    declared = verdict(item, table, kind=kind)

    if undeclared is Verdict.BLOCK:
        assert declared is Verdict.BLOCK
