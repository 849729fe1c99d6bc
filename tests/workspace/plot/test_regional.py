"""A regional picture shows one region, its lead, linkage in classes, and the genes below."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace import plot
from gdi_spe.workspace.plot.along.genes import Gene, rows_of

GENES = pd.DataFrame(
    {
        "gene": ["RYR1", "MAP4K1", "EIF3K", "TTN"],
        "chromosome": ["chr19", "chr19", "19", "chr2"],
        "start": [38_433_691, 38_587_641, 38_619_050, 178_525_989],
        "end": [38_595_273, 38_618_882, 38_636_955, 178_807_423],
        "strand": ["+", "-", "+", "-"],
    }
)


def results(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    position = np.sort(rng.choice(np.arange(38_000_000, 39_000_000), n, replace=False))
    p_value = rng.random(n)
    p_value[n // 2] = 1e-11
    return pd.DataFrame(
        {
            "chromosome": 19,
            "base_pair_location": position,
            "p_value": p_value,
            "rsid": [f"rs{i}" for i in range(n)],
            "r2": np.linspace(0, 1, n),
            "gene": np.where(position < 38_500_000, "RYR1", "EIF3K"),
        }
    )


def words(axes: object) -> list[str]:
    below = axes.child_axes[0]  # type: ignore[attr-defined]
    return [text.get_text() for text in below.texts]


def test_what_is_around_the_strongest_variant_is_drawn() -> None:
    table = results()
    lead = table["base_pair_location"][300]

    axes = plot.regional(table, around=100_000)

    low, high = axes.get_xlim()
    assert (low * 1e6, high * 1e6) == pytest.approx((lead - 100_000, lead + 100_000))
    drawn = plot.data(axes)["base_pair_location"]
    inside = table["base_pair_location"].between(lead - 100_000, lead + 100_000)
    assert len(drawn) <= inside.sum()
    assert set(drawn) <= set(table["base_pair_location"][inside])
    assert "rs300" in [t.get_text() for t in axes.get_legend().get_texts()]


def test_a_region_and_a_lead_can_be_named() -> None:
    axes = plot.regional(results(), region="19:38,433,691-38,595,273", lead="rs280")

    assert axes.get_xlim() == pytest.approx((38.433691, 38.595273))
    assert "rs280" in [t.get_text() for t in axes.get_legend().get_texts()]
    assert axes.child_axes[0].get_xlabel() == "position on chromosome 19 (Mb)"


def test_linkage_has_five_classes_and_the_unknown_is_grey() -> None:
    table = results()
    table.loc[table.index[:200], "r2"] = np.nan
    by_name = dict(zip(table["rsid"], table["r2"], strict=True))

    for linkage in ("r2", by_name):
        axes = plot.regional(table, r2=linkage, around=600_000)

        told = [t.get_text() for t in axes.get_legend().get_texts()]
        assert told == ["rs300", "0.8–1.0", "0.6–0.8", "0.4–0.6", "0.2–0.4", "not known"]
        assert plot.data(axes)["r2"].max() <= 1


def test_linkage_comes_from_pairs_by_place_and_alleles() -> None:
    table = results().assign(other_allele="A", effect_allele="G")
    places = table["base_pair_location"]
    pairs = pd.DataFrame(
        {
            "position_1": [places[300], places[310], places[300], places[1]],
            "reference_1": "A",
            "alternate_1": "G",
            "position_2": [places[320], places[300], places[330], places[2]],
            "reference_2": "A",
            "alternate_2": ["G", "G", "T", "G"],
            "r2": [0.9, 0.5, 0.7, 0.3],
        }
    )

    drawn = plot.data(plot.regional(table, r2=pairs, around=600_000))
    by_place = plot.data(plot.regional(results(), r2=pairs, around=600_000))

    known = drawn.dropna(subset="r2").set_index("base_pair_location")["r2"].to_dict()
    assert known == {places[300]: 1.0, places[320]: 0.9, places[310]: 0.5}
    assert by_place["r2"].notna().sum() == 4


def test_genes_of_the_region_are_drawn_with_their_strand_and_no_others() -> None:
    axes = plot.regional(results(), genes=GENES, around=600_000)

    assert words(axes) == ["RYR1 →", "MAP4K1 ←", "EIF3K →"]


def test_a_burden_table_is_a_table_of_genes() -> None:
    burden = GENES.rename(columns={"start": "base_pair_location", "end": "base_pair_end"})

    axes = plot.regional(results(), genes=burden.drop(columns="strand"), around=600_000)

    assert words(axes) == ["RYR1", "MAP4K1", "EIF3K"]


def test_without_a_table_genes_reach_as_far_as_their_variants() -> None:
    table = results()

    axes = plot.regional(table, around=600_000)

    assert words(axes) == ["RYR1", "EIF3K"]
    bars = [np.asarray(line.get_xdata()) * 1e6 for line in axes.child_axes[0].lines]
    here = table.loc[table["gene"] == "RYR1", "base_pair_location"]
    assert bars[0].tolist() == pytest.approx([here.min(), here.max()])
    assert words(plot.regional(table.drop(columns="gene"))) == ["no gene"]


def test_names_of_genes_do_not_touch_and_stay_on_the_picture() -> None:
    start = np.linspace(38_010_000, 38_950_000, 24).astype(int)
    many = pd.DataFrame(
        {"gene": [f"GENE{i}A" for i in range(24)], "chromosome": 19, "start": start,
         "end": start + 30_000}
    )  # fmt: skip

    axes = plot.regional(results(), genes=many, around=600_000)
    axes.figure.canvas.draw()

    boxes = [Text.get_window_extent(text) for text in axes.child_axes[0].texts]
    assert len(boxes) == 24
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    page = axes.figure.bbox
    assert all(page.x0 <= b.x0 and b.x1 <= page.x1 and page.y0 <= b.y0 for b in boxes)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 2e5)), max_size=30))
def test_genes_in_one_row_never_overlap(pairs: list[tuple[float, float]]) -> None:
    genes = [Gene(f"G{i}", a, a + w) for i, (a, w) in enumerate(sorted(pairs))]

    rows = rows_of(genes, 400, 1e6)

    for row in set(rows):
        mine = [gene for gene, at in zip(genes, rows, strict=True) if at == row]
        assert all(a.last <= b.first for a, b in itertools.pairwise(mine))


def test_nothing_to_draw_is_said() -> None:
    none = plot.regional(results().assign(p_value=np.nan))
    elsewhere = plot.regional(results(), region="chr19:100-200")

    assert [t.get_text() for t in none.texts] == ["no p-value"]
    assert [t.get_text() for t in elsewhere.texts] == ["no variant"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"lead": "rs9999"}, "'rs9999' is no rsid"),
        ({"region": "chr19:5"}, None),
        ({"region": "chr1:5-900"}, "no result on chr1"),
        ({"region": "19-5"}, "no region|no chromosome"),
        ({"r2": "ld"}, "no column 'ld'"),
        ({"r2": "base_pair_location"}, "not within 0 and 1"),
        ({"genes": GENES.drop(columns="end")}, "no column 'end'"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(words: dict[str, object], told: str | None) -> None:
    if told is None:
        assert plot.regional(results(), **words)  # type: ignore[arg-type]
        return
    with pytest.raises(BadInput, match=told):
        plot.regional(results(), **words)  # type: ignore[arg-type]
