"""A researcher sees what is mounted, asks, combines and counts."""

from __future__ import annotations

import itertools
import re
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.asking.words import WORDS
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.cohorts import NoSuchCohort, cohorts, open_cohort
from gdi_spe.workspace.surroundings import Surroundings, surroundings


def ids(*numbers: int) -> list[str]:
    return [f"P{number:02d}" for number in numbers]


def test_mounted_cohorts_are_listed_without_a_node(here: Surroundings) -> None:
    found = cohorts(here)

    assert [each.id for each in found] == ["GDI-TEST-COHORT-001"]
    assert repr(found) == "GDI-TEST-COHORT-001  version 1  Twelve people  12 individuals"


def test_the_node_tells_until_when_and_what_is_left(here: Surroundings, node: Any) -> None:
    node.self = {
        "valid_until": "2030-01-01T00:00:00+00:00",
        "cohorts": [{"id": "GDI-TEST-COHORT-001", "version": 1, "until": "2030-01-01"}],
        "display": {"used_bytes": 1000, "budget_bytes": 5000},
    }

    found = cohorts(here)

    assert found[0].until == "2030-01-01"
    assert "1,000 of 5,000 bytes shown today" in repr(found)
    assert "2030-01-01" in found._repr_html_()


def test_a_workspace_without_cohorts_says_so(here: Surroundings, tmp_path: Path) -> None:
    empty = Surroundings(tmp_path, here.node_socket, here.outbox, here.policy)

    assert repr(cohorts(empty)) == "no cohort is mounted here"
    with pytest.raises(NoSuchCohort):
        cohorts(empty)[0]


def test_a_cohort_opens_by_id_and_by_folder(here: Surroundings, folder: CohortFolder) -> None:
    assert open_cohort("GDI-TEST-COHORT-001", here).id == "GDI-TEST-COHORT-001"
    assert open_cohort(str(folder.path), here).id == "GDI-TEST-COHORT-001"


def test_a_wrong_name_is_refused_with_the_nearest(here: Surroundings) -> None:
    with pytest.raises(NoSuchCohort, match="Mounted: GDI-TEST-COHORT-001"):
        open_cohort("GDI-TEST-COHORT-01", here)


@pytest.mark.parametrize("nothing", ["", None, 5])
def test_what_names_no_cohort_is_refused(here: Surroundings, nothing: Any) -> None:
    with pytest.raises(NoSuchCohort, match="names no cohort"):
        open_cohort(nothing, here)


def test_the_environment_says_where_things_are() -> None:
    told = surroundings({"GDI_SPE_COHORTS": "/c", "GDI_SPE_NODE_SOCKET": "/n.sock"})

    assert (told.cohorts, told.node_socket) == (Path("/c"), Path("/n.sock"))
    assert surroundings({}).outbox == Path("/home/spe/work/outbox")


def test_a_glance_shows_no_small_number_and_no_person(cohort: Cohort) -> None:
    for text in (repr(cohort), cohort._repr_html_(), repr(cohort.individuals(gene="PTEN"))):
        assert "<10" in text or "&lt;10" in text
        assert "P05" not in text
    assert re.search(r"individuals +12\n", repr(cohort))


def test_a_glance_says_what_is_in_a_cohort(cohort: Cohort) -> None:
    told = dict(cohort._facts())

    assert told["version"] == "1, GRCh38"
    assert told["project"] == "test-project, for DUO:0000042"
    assert told["datasets"] == "D1 version 1, D2 version 1"
    assert told["samples"] == "germline 12"
    assert told["sex"] == "female <10, male <10, unknown <10"
    assert told["diagnoses"].startswith("NCIT:C3510 (NCIT:C3510) <10, MONDO:0100096")
    assert told["recorded"].startswith("diagnoses of <10, phenotypic_features of <10")
    assert told["not recorded"] == "exposures, procedures, pedigree"
    assert told["variants"] == "9 on 5 chromosomes"
    genes = "4 genes (BRAF, PTEN, RYR1, TLR7)"
    assert told["annotated with"] == f"{genes}, consequences, protein changes"
    assert told["kept of calls"] == "genotypes alone, unphased"
    assert "until" not in told


def test_a_glance_in_a_workspace_says_until_when_and_what_is_left(
    folder: CohortFolder, here: Surroundings, node: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GDI_SPE_NODE_SOCKET", str(here.node_socket))
    node.self = {"valid_until": "2030-01-01", "display": {"used_bytes": 5, "budget_bytes": 90}}

    told = dict(Cohort(folder.path)._facts())

    assert told["until"] == "workspace until 2030-01-01; 5 of 90 bytes shown today"


def test_a_glance_tells_of_phase_quality_pedigrees_and_regions(
    any_cohort: ModuleType, tmp_path: Path
) -> None:
    made = any_cohort.write(
        tmp_path / "cohort",
        [{"individual_id": f"P{n:02d}"} for n in range(12)],
        [{"individual_id": f"P{n:02d}"} for n in range(12)],
        [{"chromosome": "chr1", "position": 5, "reference": "A", "alternate": "T",
          "codes": [1] * 12, "format_GQ": [30] * 12}],
        pedigree=[{"individual_id": f"P{n:02d}", "father_id": "P11"} for n in range(11)],
        assessed=[{"dataset_id": "D1", "chromosome": "chr1", "start": 0, "end": 9}],
    )  # fmt: skip

    told = dict(Cohort(made.path)._facts())

    assert told["recorded"] == "pedigree of 11 individuals"
    assert told["kept of calls"] == "GQ"
    assert told["assessed regions"] == "1 declared"
    assert told["annotated with"] == "nothing"
    assert told["variants"] == "1 on chr1"


def test_a_title_cannot_put_markup_into_a_page(cohort: Cohort) -> None:
    from gdi_spe.workspace.showing import html_table

    assert "<script" not in html_table(("<script>",), [("<script>alert(1)</script>",)], "<script>")


def test_the_three_questions_are_one_line_each(cohort: Cohort) -> None:
    mutated = {"consequence": "damaging", "max_frequency": 0.2}
    cms = cohort.individuals(similar_to=["HP:0003473", "HP:0000508", "HP:0001319", "HP:0003403"])

    first = cohort.individuals(gene="RYR1", **mutated) & (
        cms | cohort.individuals(diagnosis="ORPHA:590")
    )
    second = cohort.individuals(
        gene="PTEN", **mutated, biomarker="BRAF V600E", treatment="NCIT:C64768"
    )
    third = cohort.individuals(gene="TLR7", consequence="damaging", diagnosis="MONDO:0100096")

    assert first.ids == ids(1, 2, 3)
    assert second.ids == ids(5, 9)
    assert third.ids == ids(7, 8)
    assert third.count() == len(third) == 2


def test_selections_combine_and_controls_are_asked_for(cohort: Cohort) -> None:
    treated = cohort.individuals(treatment="NCIT:C64768")
    women = cohort.individuals(sex="female")

    assert (treated & women).ids == ids(5, 6)
    assert (treated | cohort.individuals(gene="PTEN")).ids == ids(5, 6, 9, 10)
    assert (women - treated).ids == ids(1, 2, 3, 4)
    assert treated.controls().ids == (~treated).ids == ids(10)
    assert treated.not_recorded().count() == 8
    assert treated.counts() == {"present": 3, "excluded": 1, "not recorded": 8}


def test_selections_of_different_cohorts_do_not_combine(
    cohort: Cohort, small: Any, tmp_path: Path
) -> None:
    other = Cohort(small.make(tmp_path / "other").path)

    with pytest.raises(BadInput, match="different cohorts"):
        cohort.individuals() & other.individuals()


def test_a_selection_is_combined_by_operators_and_with_selections_alone(cohort: Cohort) -> None:
    women, treated = cohort.individuals(sex="female"), cohort.individuals(treatment="NCIT:C64768")

    with pytest.raises(BadInput, match="instead of and, or, not"):
        _ = women and treated
    with pytest.raises(BadInput, match="instead of and, or, not"):
        _ = not women
    with pytest.raises(BadInput, match="cannot be combined with"):
        _ = women & ["P01"]  # type: ignore[operator]
    assert list(women & treated) == ids(5, 6)


@pytest.mark.parametrize("name", ["chr19", "19", "Chr19", "CHR19"])
def test_every_style_of_a_chromosomes_name_is_understood(cohort: Cohort, name: str) -> None:
    asked = cohort.individuals(region=f"{name}:38,457,545-38,457,545")

    assert asked.ids == cohort.individuals(variant=f"{name}-38457545-C-T").ids == ids(1, 3)


def test_a_digest_is_that_of_the_sorted_pseudonyms(cohort: Cohort) -> None:
    import hashlib

    expected = hashlib.sha256(b"P05\nP06").hexdigest()

    assert cohort.individuals(treatment="NCIT:C64768", sex="female").digest() == expected


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"genes": "RYR1"}, "'genes' cannot be asked"),
        ({"gene": ""}, "names nothing"),
        ({"gene": []}, "names nothing"),
        ({"gene": "RYR"}, "Near it: RYR1"),
        ({"diagnosis": "melanomma"}, r"not a term. Near it: NCIT:C3224 \(Melanoma\)"),
        ({"diagnosis": 590}, "diagnosis 590 is no name. diagnosis takes a name, as in 'ORPHA:590'"),
        ({"gene": 5}, "as in 'RYR1'"),
        ({"max_frequency": "0.1"}, "max_frequency '0.1' is no number"),
        ({"max_frequency": 5}, "between 0 and 1"),
        ({"age": 45}, "no pair of bounds"),
        ({"age": (50, 40)}, "nobody is at least 50 and below 40"),
        ({"age": (50, None), "age_at": "diagnosis"}, "nothing that this question asks"),
        ({"age_at": "death"}, "without age"),
        ({"descendants": 1, "sex": "male"}, "neither True nor False"),
        ({"population": "Estonian"}, "It is one of EST, FIN"),
        ({"dataset": "D9"}, "It is one of D1, D2"),
        ({"gen": "RYR1"}, "Did you mean gene"),
        ({"after": "2020-01-01"}, "says nothing alone"),
        ({"biomarker": "BRAF", "after": "1.3.2020"}, "no date"),
        ({"biomarker": "BRAF", "after": 5}, "nothing to be compared in time"),
        ({"biomarker": "BRAF", "around": "2020-01-01"}, "around needs within"),
        ({"biomarker": "BRAF", "within": 5}, "without after or before or around"),
        ({"biomarker": "BRAF", "after": "P60"}, "ISO 8601"),
        ({"gene": "PTEN", "after": "2020-01-01"}, "dated by the tumour sample"),
        ({"sex": "male", "after": "2020-01-01"}, "says nothing alone"),
        ({"phenotype": "HP:9999999"}, "not in HP"),
        ({"diagnosis": "OMIM:601462"}, "reference add ontology OMIM"),
        ({"sex": "F"}, "It is one of female, male"),
        ({"zygosity": "het"}, "It is one of heterozygous"),
        ({"origin": "blood"}, "germline"),
        ({"at_least": 0.5}, "without similar_to"),
        ({"treated_from": "2020-01-01"}, "without treatment"),
        ({"treatment": "NCIT:C64768", "treated_from": "1.3.2020"}, "no date"),
        ({"measurement": ("LOINC:8302-2", "over", 5)}, "cannot be read"),
        ({"similar_to": "NCIT:C3510"}, "Ask by HPO terms"),
        ({"similar_to": "Ptosys"}, r"HP:0000508 \(Ptosis\)"),
        ({"similar_to": ["HP:0000001"]}, "say nothing"),
        ({"similar_to": "HP:0000508", "at_least": 60}, "between 0 and 1"),
        ({"region": "chr99:1-2"}, "no chromosome"),
        ({"region": "21:46709984-46709984"}, "beyond chr21 of GRCh38, which has 46,709,983"),
        ({"variant": "chr21-46709984-A-T"}, "beyond chr21"),
        ({"variant": "rs1"}, "no variant"),
        ({"consequence": "harmful"}, "no consequence"),
    ],
)
def test_a_wrong_question_is_refused_in_words(
    cohort: Cohort, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        cohort.individuals(**asked).count()


STRANGE = [
    0, -1, 1.5, True, "", " ", "x", "HP:0000508", "HP:", "::", "chr1:1-", "chr1:0-5", "P60Y", "P",
    "2020-13-01", [], ["x"], [1], {}, {"a": 1}, (1, 2), (None, None), ("a", "b"), b"x", object(),
    ("LOINC:8302-2", ">=", "x"), ("LOINC:8302-2", ">=", 1, 5), (1, 2, 3), float("nan"),
    ("LOINC:8302-2", ">=", float("nan")), datetime(2020, 1, 1), float("inf"), range(3),
    ("P20Y", "P10Y"), "last_encounter", {"RYR1"}, np.array(["RYR1"]), np.int64(5), "é" * 50,
]  # fmt: skip
BESIDE: list[dict[str, Any]] = [
    {},
    {"biomarker": "BRAF V600E"},
    {"similar_to": ["HP:0000508"]},
    {"age": (1, None)},
    {"treatment": "NCIT:C64768", "after": "2020-01-01"},
]


@pytest.mark.filterwarnings("ignore::gdi_spe.workspace.asking.nobody.RecordedOfNobody")
@pytest.mark.parametrize("word", WORDS)
def test_no_value_of_a_wrong_kind_reaches_deep(cohort: Cohort, word: str) -> None:
    """Every argument with every strange value is answered, or refused in words."""
    n_refused = 0
    for value, beside in itertools.product(STRANGE, BESIDE):
        try:
            cohort.individuals(**{**beside, word: value}).count()
        except BadInput:
            n_refused += 1

    assert n_refused > len(STRANGE)


def test_a_value_without_a_name_is_refused_in_words(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match=r"as in individuals\(gene='RYR1'\)"):
        cohort.individuals("RYR1")


def test_a_label_stands_for_its_only_term(cohort: Cohort) -> None:
    by_label = cohort.individuals(diagnosis="congenital myasthenic syndrome")

    assert by_label.ids == cohort.individuals(diagnosis="ORPHA:590").ids == ids(1, 3)
    assert cohort.individuals(phenotype="Ptosis").ids == ids(2, 3, 4)
    assert cohort.individuals(diagnosis="Melanoma").ids == ids(5, 6, 9)
    assert cohort.individuals(measurement=("Body height", ">=", 180)).ids == ids(7, 8, 9, 10)
    assert cohort.likeness("Melanoma").attrs["asked"] == ["HP:0002861"]


def test_order_in_time_is_asked_by_a_selection_a_day_or_an_age(cohort: Cohort) -> None:
    """P09 had melanoma in the 31st and COVID-19 in the 71st year of life; P05 was 50."""
    melanoma = cohort.individuals(diagnosis="NCIT:C3224")

    later = cohort.individuals(diagnosis="MONDO:0100096", after=melanoma)
    soon = cohort.individuals(diagnosis="MONDO:0100096", after=melanoma, within="P10Y")
    old = cohort.individuals(diagnosis="NCIT:C3224", after="P40Y")
    treated = cohort.individuals(treatment="NCIT:C64768", after="2020-01-01", sex="female")

    assert later.ids == ids(9)
    assert soon.ids == []
    assert "P09" in soon.controls()
    assert old.ids == ids(5)
    assert treated.ids == ids(5)


def test_an_age_is_one_at_something(cohort: Cohort) -> None:
    young = cohort.individuals(diagnosis="MONDO:0100096", age=(None, "P18Y"), age_at="diagnosis")

    assert young.ids == ids(8)
    assert young.controls().ids == ids(7, 9, 10)


def test_nothing_that_is_none_is_asked(cohort: Cohort) -> None:
    assert cohort.individuals(gene=None, sex="male", age=None).ids == ids(7, 8, 9, 10, 11)


def test_a_wrong_argument_shows_one_message_and_the_line_of_the_cell(cohort: Cohort) -> None:
    with pytest.raises(BadInput) as refused:
        cohort.individuals(gene="RYR").count()

    lines = refused.value._render_traceback_()

    assert lines == [f"UnknownGene: {refused.value}", lines[1]]
    assert 'cohort.individuals(gene="RYR").count()' in lines[1]


def test_ipython_shows_a_wrong_argument_without_a_trace(folder: CohortFolder) -> None:
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    shell.user_ns["cohort"] = Cohort(folder.path)
    shown: list[str] = []
    shell._showtraceback = lambda etype, value, stb: shown.extend(stb)

    shell.run_cell("1 + 1\ncohort.individuals(sex='F')")

    assert shown[0].startswith("BadInput: 'F' is no sex. It is one of female, male")
    assert shown[1:] == ["  line 2: cohort.individuals(sex='F')"]


def test_every_word_can_be_asked(cohort: Cohort) -> None:
    found = cohort.individuals(
        gene="PTEN", region="chr10", variant="chr10-87933147-C-T", consequence="stop_gained",
        max_frequency=0.5, zygosity="heterozygous", origin="germline", protein_change="R130*",
        diagnosis="NCIT:C3224", treatment="NCIT:C64768", treated_from="2021-01-01",
        treated_until="2021-12-31", biomarker="BRAF V600E",
        measurement=("LOINC:8302-2", ">", 100, "cm"), sex="female", age=(30, None),
        population="FIN", country_of_origin="FI",
    )  # fmt: skip

    assert found.ids == ids(5)


def test_a_disease_stands_for_its_features(cohort: Cohort) -> None:
    table = cohort.likeness("MONDO:0018940")

    assert table.iloc[0]["individual_id"] == "P02"
    assert table["score"].is_monotonic_decreasing
    assert "recorded as absent" in table.set_index("individual_id").loc["P11", "explanation"]
    assert "P01" not in set(table["individual_id"]), "nothing is recorded of P01"


def test_likeness_says_how_its_p_values_were_made_and_explains_each_term(cohort: Cohort) -> None:
    asked = ["Fatigable weakness", "HP:0000508"]

    table = cohort.likeness(asked, n_draws=99, seed=3)
    by_term = cohort.likeness(asked, by_term=True).set_index(["individual_id", "asked"])

    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table.attrs["asked"] == ["HP:0003473", "HP:0000508"]
    assert table.attrs["smallest_p_value"] == 0.01
    assert (table.attrs["n_draws"], table.attrs["seed"]) == (99, 3)
    assert "as often as it is recorded" in table.attrs["null"]
    assert by_term.loc[("P02", "HP:0003473"), "share"] == 1
    assert by_term.loc[("P04", "HP:0003473"), "is_excluded"]
    with pytest.raises(BadInput, match="n_draws"):
        cohort.likeness(asked, n_draws=0)


PLANTED = ["HP:0003473", "HP:0000508", "HP:0001319", "HP:0003403", "HP:0003398"]


def test_planted_syndromes_come_before_a_planted_lone_sign(planted: DemoCohort) -> None:
    cohort = Cohort(planted.path)
    answers = set(planted.answers["ryr1-cms"])
    ill = set(cohort.individuals(diagnosis="ORPHA:590").ids)
    mutated = cohort.individuals(gene="RYR1", consequence="damaging", max_frequency=0.01)

    table = cohort.likeness(PLANTED).set_index("individual_id")
    by_term = cohort.likeness(PLANTED, by_term=True).set_index("individual_id")

    syndromes = table.loc[sorted(answers - ill)]
    has_ptosis = by_term.index[(by_term["asked"] == PLANTED[1]) & (by_term["share"] == 1)]
    alone = by_term[by_term["asked"] != PLANTED[1]].groupby(level=0)["share"].max() < 0.7
    lone = table.loc[[each for each in has_ptosis if alone[each]]]
    assert len(syndromes) > 10
    assert len(lone) > 2
    assert syndromes["score"].min() > 0.6 > lone["score"].max()
    assert syndromes["p_value"].max() < 0.01
    assert syndromes["rank"].max() < lone["rank"].min()
    alike = cohort.individuals(similar_to=PLANTED) | cohort.individuals(diagnosis="ORPHA:590")
    assert (mutated & alike).ids == sorted(answers)


def test_the_other_planted_questions_are_answered_in_one_line(planted: DemoCohort) -> None:
    cohort = Cohort(planted.path)
    rare = {"consequence": "damaging", "max_frequency": 0.01}

    second = cohort.individuals(
        gene="PTEN", **rare, biomarker="BRAF V600E", treatment="Vemurafenib"
    )
    third = cohort.individuals(gene="TLR7", **rare, diagnosis="COVID-19")

    assert second.ids == planted.answers["pten-braf"]
    assert third.ids == planted.answers["tlr7-covid"]


def test_every_cohort_method_works_offline(cohort: Cohort) -> None:
    assert not cohort.variant_qc(unrelated=False).empty
    assert cohort.allele_frequencies(by="population")["group"].nunique() == 3
    assert len(cohort.individuals(gene="PTEN").table()) == 4
