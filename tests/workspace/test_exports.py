"""Results are tried, written with their declaration, sent, and told about in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.workspace import plot, recipes
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.node_socket import NodeSaidNo, NodeSilent
from gdi_spe.workspace.outputs import outbox
from gdi_spe.workspace.outputs.exports import check, export, exports, mend, request_export
from gdi_spe.workspace.surroundings import Surroundings

mpl.use("agg")

LARGE = pd.DataFrame({"sex": ["female", "male"], "n_individuals": [12, 12]})


def test_rows_about_people_are_blocked_and_it_is_said_why(
    cohort: Cohort, here: Surroundings
) -> None:
    result = check(cohort.individuals(gene="PTEN").table(), here=here)

    assert result.verdict == "block"
    assert "block" in repr(result)
    assert "Fix:" in repr(result)
    assert all(finding.why for finding in result.findings)


def test_an_aggregate_of_large_groups_is_not_blocked(here: Surroundings) -> None:
    assert check(LARGE, kind="counts", here=here).verdict == "pass"


def test_small_cells_are_named(here: Surroundings) -> None:
    small = LARGE.assign(n_individuals=[12, 3])

    result = check(small, kind="counts", here=here)

    assert result.verdict == "block"


def test_an_export_is_written_with_what_is_declared(cohort: Cohort, here: Surroundings) -> None:
    table = cohort.allele_frequencies(by="sex")

    written = export(table, "af.parquet", why="Table 2", here=here)

    told = json.loads((here.outbox / "af.parquet.spe.json").read_text())
    assert written.path.exists()
    assert SideCar.model_validate(told).kind == "allele-frequencies"
    assert told["recipe"]["function"] == "allele_frequencies"
    assert told["recipe"]["arguments"] == {"by": "sex"}
    assert told["recipe"]["cohort_sha256"] == cohort.folder.manifest.sha256
    assert pq.read_table(written.path).num_rows == len(table)


def test_a_file_holds_the_table_and_nothing_beside(cohort: Cohort, here: Surroundings) -> None:
    written = export(cohort.allele_frequencies(), "af.parquet", why="x", here=here)

    schema = pq.read_schema(written.path)
    assert not schema.metadata
    assert "FMT109" not in {finding.rule for finding in written.result.findings}


def test_a_changed_table_loses_its_recipe(cohort: Cohort) -> None:
    table = cohort.allele_frequencies(by="sex")

    changed = table[table["group"] == "female"]
    other = table.assign(allele_count=0)

    assert recipes.recipe_of(table) is not None
    assert recipes.recipe_of(changed) is None
    assert recipes.recipe_of(other) is None


def test_figures_and_texts_can_be_exported(cohort: Cohort, here: Surroundings) -> None:
    axes = plot.frequency_spectrum(cohort.allele_frequencies(by="sex"))

    picture = export(axes, "spectrum.png", why="Figure 1", here=here)
    text = export("Nothing was found.", "notes.md", why="Notes", here=here)

    assert picture.path.read_bytes().startswith(b"\x89PNG")
    assert b"Matplotlib" not in picture.path.read_bytes()
    assert text.path.read_text() == "Nothing was found."


@pytest.mark.parametrize(
    "name", ["../out.csv", "a/b.csv", ".hidden.csv", "x.pkl", "x", "x.csv.spe.json", "é.csv", ""]
)
def test_a_name_that_the_node_would_not_take_is_refused(here: Surroundings, name: str) -> None:
    with pytest.raises(BadInput):
        export(LARGE, name, why="x", here=here)
    assert outbox.waiting(here.outbox) == []


def test_an_export_without_a_reason_is_refused(here: Surroundings) -> None:
    with pytest.raises(BadInput, match="reason"):
        export(LARGE, "x.csv", why=" ", here=here)


def test_a_request_is_sent_checked_and_put_away(here: Surroundings, node: Any) -> None:
    node.n_individuals = 2500
    export(LARGE, "counts.csv", why="Table 1", kind="counts", here=here)

    request = request_export("Tables", "For the paper", here=here)

    assert request.status == "submitted"
    assert node.requests[request.id]["side_cars"]["counts.csv"].kind == "counts"
    assert node.requests[request.id]["files"]["counts.csv"].startswith(b"sex,n_individuals\n")
    assert outbox.waiting(here.outbox) == []
    assert (here.outbox / "sent" / request.id / "counts.csv.spe.json").exists()
    assert "Reviewers look at it" in repr(request)


def test_a_blocked_request_explains_each_file(
    cohort: Cohort, here: Surroundings, node: Any
) -> None:
    export(cohort.individuals().table(), "rows.csv", why="Everybody", here=here)
    export(LARGE, "counts.csv", why="Table 1", kind="counts", here=here)

    request = request_export("Tables", "For the paper", here=here)

    assert request.status == "blocked"
    assert [file.file for file in request.blocked] == ["rows.csv"]
    assert "Fix:" in repr(request)
    assert "rows.csv" in request._repr_html_()


def test_files_can_be_chosen_and_the_others_wait(here: Surroundings, node: Any) -> None:
    for name in ("a.csv", "b.csv"):
        export(LARGE, name, why="x", kind="counts", here=here)

    request_export("One", "Because", files=["a.csv"], here=here)

    assert [path.name for path in outbox.waiting(here.outbox)] == ["b.csv"]
    with pytest.raises(BadInput, match="not in the outbox"):
        request_export("One", "Because", files=["a.csv"], here=here)


def test_requests_are_listed_and_shown(here: Surroundings, node: Any) -> None:
    export(LARGE, "counts.csv", why="Table 1", kind="counts", here=here)
    sent = request_export("Tables", "For the paper", here=here)

    listed = exports(here=here)
    shown = exports(sent.id, here=here)

    assert [each.id for each in listed] == [sent.id]
    assert "Tables" in repr(listed)
    assert shown.status == sent.status


def test_an_empty_outbox_is_said(here: Surroundings, node: Any) -> None:
    with pytest.raises(BadInput, match="outbox is empty"):
        request_export("Tables", "For the paper", here=here)


def test_without_a_node_nothing_is_sent_and_the_files_stay(here: Surroundings) -> None:
    export(LARGE, "counts.csv", why="Table 1", here=here)

    with pytest.raises(NodeSilent, match="does not answer"):
        request_export("Tables", "For the paper", here=here)
    assert [path.name for path in outbox.waiting(here.outbox)] == ["counts.csv"]


def test_the_words_of_a_refusal_are_the_node_s(here: Surroundings, node: Any) -> None:
    export(LARGE, "counts.csv", why="Table 1", here=here)

    with pytest.raises(NodeSaidNo, match="justification: too short") as refused:
        request_export("Tables", "", here=here)
    assert refused.value.code == "bad-input"
    assert [path.name for path in outbox.waiting(here.outbox)] == ["counts.csv"]


def test_a_declaration_does_not_give_numbers_a_meaning(here: Surroundings, tmp_path: Path) -> None:
    known, unknown = tmp_path / "known.csv", tmp_path / "unknown.csv"
    known.write_text("sex,n_individuals\nfemale,12\nmale,12\n")
    unknown.write_text("sex,quux\nfemale,12.75\nmale,12.5\n")

    assert check(known, kind="counts", here=here).verdict == "pass"
    assert check(unknown, here=here).verdict == "review"
    assert check(unknown, kind="counts", here=here).verdict == "review"


def test_a_file_to_mend_can_be_named_by_text(here: Surroundings, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sex,n_individuals\nmale,121\nfemale,133\n")

    assert mend(str(path), "round", here).read_text().split()[1:] == [
        "male,120",
        "female,130",
    ]


def test_a_selection_is_declared_as_what_it_asks_and_never_as_who_it_is(
    cohort: Cohort, here: Surroundings
) -> None:
    women = cohort.individuals(sex="female")
    axes = plot.frequency_spectrum(cohort.allele_frequencies(by="sex"))

    exported = export(axes, "f.png", "Figure 1", here=here, where=women, data=True)

    told = exported.side_car
    assert told.selection == {"is": "IsOneOf", "column": "sex", "values": ["female"]}
    assert told.cohort == cohort.folder.manifest.cohort_id
    assert told.data == "f.data.csv"
    assert not any(name in told.model_dump_json() for name in women.ids)
    assert (here.outbox / told.data).is_file()
