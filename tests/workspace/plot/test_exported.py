"""A picture declares what it is when it leaves, with its numbers; one of people stays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.workspace import plot
from gdi_spe.workspace.outputs import outbox
from gdi_spe.workspace.outputs.exports import check, export
from gdi_spe.workspace.outputs.pictures import OneMarkAPerson
from gdi_spe.workspace.surroundings import Surroundings

N_PEOPLE, N_VARIANTS = 3000, 20_000


def association() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    chromosome = np.sort(rng.integers(1, 23, N_VARIANTS))
    position = rng.integers(1, 50_000_000, N_VARIANTS)
    return pd.DataFrame(
        {"chromosome": chromosome, "base_pair_location": position,
         "p_value": rng.random(N_VARIANTS)}
    )  # fmt: skip


def components() -> pd.DataFrame:
    return pd.DataFrame(
        np.random.default_rng(1).normal(size=(N_PEOPLE, 2)),
        columns=["PC1", "PC2"],
        index=[f"I{i}" for i in range(N_PEOPLE)],
    )


def survival() -> pd.DataFrame:
    at = np.arange(0, 11)
    return pd.DataFrame(
        {"group": "everybody", "time_years": at, "n_at_risk": 900 - 60 * at,
         "survival": np.round(np.exp(-at / 12), 4), "lower": np.round(np.exp(-at / 11), 4) * 0.9,
         "upper": np.minimum(np.exp(-at / 13), 1).round(4)}
    )  # fmt: skip


def estimates() -> pd.DataFrame:
    return pd.DataFrame({"term": ["age", "sex"], "beta": [0.1, -0.2], "standard_error": 0.05})


PICTURES = {
    "manhattan": lambda: plot.manhattan(association()),
    "qq": lambda: plot.qq(association()),
    "pca": lambda: plot.pca(components(), minimum=10),
    "survival": lambda: plot.survival(survival()),
    "forest": lambda: plot.forest(estimates()),
    "frequency-spectrum": lambda: plot.frequency_spectrum(
        pd.DataFrame({"allele_frequency": np.random.default_rng(2).beta(0.3, 1, 900)})
    ),
}


def findings(path: Path, here: Surroundings) -> dict[str, str]:
    """Judge a file as the node does that knows the cohort: rule by rule."""
    context = CheckContext(
        n_individuals=N_PEOPLE,
        n_variants=N_VARIANTS,
        side_cars={path.name: outbox.declared(path)},
    )
    report = check_files([path], here.load_policy(), context).files[0]
    return {finding.rule: finding.severity.word for finding in report.findings}


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_declares_its_kind_and_is_never_blocked(
    here: Surroundings, kind: str, ending: str
) -> None:
    axes = PICTURES[kind]()

    written = export(axes, f"figure.{ending}", why="Figure 1", here=here)

    assert json.loads((here.outbox / f"figure.{ending}.spe.json").read_text())["kind"] == kind
    assert "block" not in findings(written.path, here).values()


@pytest.mark.parametrize("kind", PICTURES)
def test_a_drawing_of_known_marks_or_few_lines_passes(here: Surroundings, kind: str) -> None:
    written = export(PICTURES[kind](), "figure.svg", why="Figure 1", here=here)

    assert findings(written.path, here) == {}


def test_the_numbers_of_survival_behind_a_picture_pass(here: Surroundings) -> None:
    export(PICTURES["survival"](), "km.png", why="Figure 2", here=here, data=True)

    behind = here.outbox / "km.data.csv"
    assert pd.read_csv(behind)["n_at_risk"].tolist() == survival()["n_at_risk"].tolist()
    assert findings(behind, here) == {}
    assert outbox.declared(behind).why == "Figure 2: numbers behind km.png"


def test_a_picture_tells_how_many_people_it_shows(here: Surroundings) -> None:
    written = export(PICTURES["pca"](), "pca.png", why="Figure 3", here=here)

    shown = plot.data(PICTURES["pca"]())["n_individuals"].sum()
    assert written.side_car.n_individuals == shown


def test_one_mark_a_person_is_refused_before_anybody_waits(here: Surroundings) -> None:
    axes = plot.pca(components(), points=True)

    with pytest.raises(OneMarkAPerson, match="one mark a person"):
        export(axes, "pca.png", why="Figure 3", here=here)
    with pytest.raises(OneMarkAPerson):
        check(axes.figure, here=here)
    assert outbox.waiting(here.outbox) == []


def test_people_in_one_panel_keep_the_whole_figure_back(here: Surroundings) -> None:
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)
    plot.manhattan(association(), ax=left)
    plot.pca(components(), ax=right, points=True)

    with pytest.raises(OneMarkAPerson):
        export(left, "figure.png", why="Figure 4", here=here)
    right.clear()
    assert export(figure, "figure.png", why="Figure 4", here=here).side_car.kind == "manhattan"


def test_the_same_picture_gives_the_same_bytes(here: Surroundings, tmp_path: Path) -> None:
    for ending in ("svg", "png"):
        paths = [tmp_path / f"{n}.{ending}" for n in (1, 2)]
        for path in paths:
            outbox.write(PICTURES["forest"](), path)

        assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_picture_of_something_else_declares_nothing(here: Surroundings) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])

    written = export(figure, "line.png", why="Figure 5", here=here)

    assert written.side_car.kind == ""
    with pytest.raises(BadInput, match="nothing that spe"):
        export(figure, "line.png", why="Figure 5", here=here, data=True)
