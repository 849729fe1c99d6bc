"""A Manhattan plot shows each place in its order, once, and says what cannot be drawn."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import CHROMOSOMES, LENGTHS
from gdi_spe.workspace import plot
from gdi_spe.workspace.plot.along import places


def results(n: int = 3000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    chromosome = np.sort(rng.integers(1, 24, n))
    longest = np.array([LENGTHS["GRCh38"][name] for name in CHROMOSOMES[:23]])[chromosome - 1]
    return pd.DataFrame(
        {
            "chromosome": chromosome,
            "base_pair_location": (rng.random(n) * longest).astype(int) + 1,
            "p_value": rng.random(n),
        }
    )


def png_bytes(axes: object) -> int:
    out = io.BytesIO()
    axes.figure.savefig(out, dpi=150)  # type: ignore[attr-defined]
    return len(out.getvalue())


def marks(axes: object) -> np.ndarray:
    dots = [line.get_xydata() for line in axes.lines if line.get_marker() == "o"]  # type: ignore[attr-defined]
    points = [each.get_offsets() for each in axes.collections]  # type: ignore[attr-defined]
    return np.concatenate([np.asarray(each).reshape(-1, 2) for each in [*dots, *points]])


def test_both_names_of_positions_and_all_names_of_chromosomes_give_one_picture() -> None:
    ssf = results(300)
    names = {n: f"chr{n}" for n in range(1, 23)} | {23: "chrX"}
    ours = ssf.rename(columns={"base_pair_location": "position"})
    ours["chromosome"] = ours["chromosome"].map(names)
    as_text = ssf.assign(chromosome=ssf["chromosome"].astype(float))

    drawn = [marks(plot.manhattan(table)) for table in (ssf, ours, as_text)]

    assert np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(drawn[0], drawn[2])


def test_x_y_and_mitochondria_come_last_in_their_order() -> None:
    table = pd.DataFrame(
        {
            "chromosome": ["MT", "Y", "chr2", "X", "10"],
            "position": [100, 3_000_000, 1_000_000, 2_000_000, 1_000_000],
            "p_value": [0.1, 0.2, 0.3, 0.4, 0.5],
        }
    )

    axes = plot.manhattan(table)

    assert [t.get_text() for t in axes.get_xticklabels()] == ["2", "10", "X", "Y", "MT"]
    across = dict(zip(np.round(marks(axes)[:, 1], 3), marks(axes)[:, 0], strict=True))
    in_order = [across[round(-np.log10(p), 3)] for p in (0.3, 0.5, 0.4, 0.2, 0.1)]
    assert in_order == sorted(in_order)


def test_labels_of_short_chromosomes_give_way_and_never_touch() -> None:
    axes = plot.manhattan(results())

    axes.figure.canvas.draw()

    boxes = [t.get_window_extent() for t in axes.get_xticklabels() if t.get_text()]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_many_variants_are_few_marks_and_a_small_file() -> None:
    table = results(200_000)
    table.loc[0, "p_value"] = 1e-12

    axes = plot.manhattan(table)

    assert len(plot.data(axes)) < 20_000
    assert png_bytes(axes) < 300_000
    assert plot.data(axes)["neg_log_10_p_value"].max() == 12.0


def test_a_place_shows_its_band_and_every_mark_above_it() -> None:
    table = results(200_000)

    kept = plot.data(plot.manhattan(table))

    above = -np.log10(table["p_value"])
    shown = kept["neg_log_10_p_value"]
    assert (shown >= 3).sum() == pytest.approx((above >= 3).sum(), rel=0.05)
    assert np.ptp(kept["base_pair_location"]) > 0.99 * np.ptp(table["base_pair_location"])


@given(st.integers(0, 400), st.integers(0, 99))
def test_thinning_keeps_a_mark_wherever_there_was_one(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    across, up = rng.random(n), rng.exponential(1, n)

    kept = places.seen(across, up, 60, 30, 2.0)

    assert len(set(kept.tolist())) == len(kept)
    for row in range(n):
        side = 1.5 if up[row] < 2.0 else 0.5
        near_x = np.abs(across[kept] - across[row]) / max(np.ptp(across), 1e-12) * 60
        near_y = np.abs(up[kept] - up[row]) / max(np.ptp(up), 1e-12) * 30
        assert ((near_x <= side + 1e-9) & (near_y <= side + 1e-9)).any()


def test_a_p_value_of_zero_is_a_triangle_at_the_top() -> None:
    table = results(100)
    table.loc[7, "p_value"] = 0.0
    table.loc[8, "p_value"] = 1e-30

    axes = plot.manhattan(table)

    assert marks(axes)[:, 1].max() > 30
    assert axes.get_legend().get_texts()[0].get_text() == "p below the smallest number"
    assert np.isinf(plot.data(axes)["neg_log_10_p_value"]).sum() == 1


def test_what_is_too_small_for_a_number_has_its_height_where_it_is_told() -> None:
    table = results(50).assign(neg_log_10_p_value=1.0)
    table.loc[3, ["p_value", "neg_log_10_p_value"]] = [0.0, 512.0]

    axes = plot.manhattan(table)

    assert marks(axes)[:, 1].max() == 512.0


def test_missing_p_values_are_left_out_and_none_at_all_is_said() -> None:
    table = results(40)
    table.loc[::2, "p_value"] = np.nan

    half, none = plot.manhattan(table), plot.manhattan(table.assign(p_value=np.nan))
    empty = plot.manhattan(table.iloc[:0])

    assert len(plot.data(half)) == 20
    assert [t.get_text() for t in none.texts] == ["no p-value"]
    assert [t.get_text() for t in empty.texts] == ["no p-value"]


def test_the_strongest_places_are_named_once_each_and_names_do_not_touch() -> None:
    table = results(2000).assign(gene=[f"GENE{i}" for i in range(2000)])
    hits = [100, 101, 102, 600, 1000, 1500, 1995, 1996]
    table.loc[hits, "p_value"] = [1e-30, 1e-29, 1e-28, 1e-30, 1e-12, 1e-9, 1e-30, 1e-30]
    table.loc[[100, 101], "base_pair_location"] = [5_000_000, 5_000_100]

    axes = plot.manhattan(table)
    axes.figure.canvas.draw()

    names = [t.get_text() for t in axes.texts]
    boxes = [Text.get_window_extent(t) for t in axes.texts]  # without the lines to the marks
    assert "GENE100" in names
    assert "GENE101" not in names
    assert len(names) >= 6
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert not plot.manhattan(table, labels=0).texts


def test_one_chromosome_is_drawn_in_megabases() -> None:
    table = results(400)

    axes = plot.manhattan(table[table["chromosome"] == 7])

    assert axes.get_xlabel() == "position on chromosome 7 (Mb)"
    assert axes.get_xlim()[1] < 200


def test_two_sets_of_results_share_a_genome() -> None:
    above, below = results(500, seed=1), results(500, seed=2)

    axes = plot.miami(above, below, names=("men", "women"))

    low, high = axes.get_ylim()
    assert low == -high
    assert marks(axes)[:, 1].min() == pytest.approx(np.log10(below["p_value"].min()))
    assert {"men", "women"} <= {t.get_text() for t in axes.texts}
    assert len(plot.data(axes)) > 500


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda t: t.rename(columns={"p_value": "pvalue"}),
            "no column 'p_value'.*near it .*pvalue",
        ),
        (lambda t: t.drop(columns="base_pair_location"), "base_pair_location"),
        (lambda t: t.rename(columns={"chromosome": "chrom"}), "'chromosome'.*chrom"),
        (lambda t: t.assign(p_value=3.0), "below 0 or above 1"),
        (lambda t: t.assign(p_value="x"), "no number"),
        (lambda t: t.assign(chromosome="chrUn_KI270302v1"), "no chromosome"),
        (lambda t: t.assign(chromosome=26), "'26' is no chromosome"),
        (lambda t: t.assign(chromosome=None), "no chromosome"),
        (lambda t: "results.tsv", "no table but of type str"),
    ],
)
def test_a_wrong_table_is_refused_by_the_name_of_what_is_wrong(change, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=words):
        plot.manhattan(change(results(20)))


def test_a_threshold_that_is_no_p_value_is_refused() -> None:
    with pytest.raises(BadInput, match="threshold"):
        plot.manhattan(results(20), threshold=7.3)


def test_given_axes_are_drawn_on_and_returned() -> None:
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)

    returned = plot.manhattan(results(50), ax=right)

    assert returned is right
    assert not left.collections
    assert len(figure.axes) == 2


def test_axes_that_were_cleared_show_nothing_of_what_was_drawn() -> None:
    axes = plot.manhattan(results(50))

    axes.clear()

    with pytest.raises(BadInput, match="nothing that spe"):
        plot.data(axes)
