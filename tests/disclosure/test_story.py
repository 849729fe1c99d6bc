"""The three tables of the demo's story: people, small cells, an aggregate."""

from __future__ import annotations

from gdi_spe.boundary.findings import Verdict

FREQUENCIES = (
    "chromosome,position,reference,alternate,gene,group,allele_count,allele_number,"
    "allele_frequency,n_individuals\n"
)


def frequency_rows(*rows: tuple[int, int, int, str]) -> str:
    lines = [
        f"chr19,{38_500_000 + i},G,A,RYR1,{group},{count},{number},{count / number:.6f},{people}"
        for i, (count, number, people, group) in enumerate(rows)
    ]
    return FREQUENCIES + "\n".join(lines) + "\n"


def test_a_row_for_each_person_is_blocked_and_explained(report, rules_of):
    rows = [
        f"I-{'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[i]}QWERTY2345ABCDE,RYR1,HP:0003473"
        for i in range(12)
    ]
    table = "individual_id,gene,phenotype\n" + "\n".join(rows) + "\n"

    found = report(table)

    assert found.verdict is Verdict.BLOCK
    assert "PII101" in rules_of(found)
    worst = found.findings[0]
    assert "pseudonyms of single people" in worst.why
    assert "number of people" in worst.fix
    assert worst.part == "table.csv!table[column=individual_id]"


def test_the_pseudonyms_themselves_are_not_in_the_findings(report):
    found = report("id,n_individuals\nI-ABCDEFGHIJKLMNOP,40\nI-QRSTUVWXYZ234567,50\n")

    assert "ABCDEFGHIJKLMNOP" not in found.model_dump_json().replace(found.file, "")


def test_small_cells_are_blocked_and_named_by_row_and_column(report):
    table = "population,gene,n_individuals\nFIN,RYR1,40\nEST,RYR1,3\nFIN,TLR7,25\nEST,TLR7,9\n"

    found = report(table, kind="counts")

    small = next(f for f in found.findings if f.rule == "TAB101")
    assert found.verdict is Verdict.BLOCK
    assert "EST, RYR1; EST, TLR7" in small.why
    assert [cell["row"] for cell in small.evidence["cells"]] == [2, 4]
    assert {cell["column"] for cell in small.evidence["cells"]} == {"n_individuals"}


def test_a_small_cells_value_is_nowhere_in_the_finding(report):
    found = report("group,n_individuals\nA,40\nB,7\n", kind="counts")

    small = next(f for f in found.findings if f.rule == "TAB101")
    assert "7" not in small.why
    assert 7 not in [v for cell in small.evidence["cells"] for v in cell.values()]


def test_frequencies_above_the_floor_pass(report):
    table = frequency_rows((40, 1000, 500, "FIN"), (120, 1000, 500, "FIN"), (33, 800, 400, "EST"))

    found = report(table, kind="allele-frequencies")

    assert found.verdict is Verdict.PASS, found.findings
    assert found.sha256 is not None


def test_the_same_frequencies_pass_without_a_declaration_if_their_numbers_fit(report):
    found = report(frequency_rows((40, 1000, 500, "FIN"), (33, 800, 400, "EST")))

    assert found.verdict is Verdict.PASS, found.findings
    more = report(frequency_rows((40, 1000, 500, "FIN"), (33, 800, 400, "EST")), n=450)
    assert more.verdict is Verdict.REVIEW


def test_frequencies_are_reviewed_where_the_cohorts_size_is_unknown(report):
    found = report(frequency_rows((40, 1000, 500, "FIN")), kind="allele-frequencies", n=None)

    assert found.verdict is Verdict.REVIEW


def test_an_allele_count_below_the_floor_is_blocked(report, rules_of):
    found = report(frequency_rows((19, 1000, 500, "FIN")), kind="allele-frequencies")

    assert found.verdict is Verdict.BLOCK
    assert "GEN201" in rules_of(found)


def test_a_reference_count_below_the_floor_is_blocked(report, rules_of):
    found = report(frequency_rows((990, 1000, 500, "FIN")), kind="allele-frequencies")

    assert found.verdict is Verdict.BLOCK
    assert "GEN201" in rules_of(found)


def test_frequencies_that_do_not_follow_from_their_counts_are_reviewed(report, rules_of):
    table = FREQUENCIES + "chr19,38500000,G,A,RYR1,FIN,40,1000,0.05,500\n"

    found = report(table, kind="allele-frequencies")

    assert found.verdict is Verdict.REVIEW
    assert "GEN203" in rules_of(found)


def test_more_people_than_the_cohort_has_are_reviewed(report):
    found = report(frequency_rows((40, 1000, 500, "FIN")), kind="allele-frequencies", n=400)

    assert found.verdict is Verdict.REVIEW


def test_a_group_of_few_people_is_blocked(report, rules_of):
    found = report(frequency_rows((20, 40, 9, "FIN")), kind="allele-frequencies")

    assert found.verdict is Verdict.BLOCK
    assert "GEN204" in rules_of(found)


def test_a_column_besides_is_reviewed(report):
    table = frequency_rows((40, 1000, 500, "FIN")).replace("\n", ",x\n", 1)
    table = table.replace(",500\n", ",500,0.25\n")

    assert report(table, kind="allele-frequencies").verdict is Verdict.REVIEW


def test_too_many_frequencies_of_too_few_people_are_blocked(report, rules_of):
    found = report(frequency_rows(*[(40, 200, 100, "FIN")] * 2000), kind="allele-frequencies")

    assert found.verdict is Verdict.BLOCK
    assert "GEN202" in rules_of(found)


def test_counts_of_people_pass_when_declared_and_large(report):
    found = report("population,n_individuals\nFIN,400\nEST,25\n", kind="counts")

    assert found.verdict is Verdict.PASS, found.findings


def test_a_declaration_without_a_meaning_explains_nothing(report):
    found = report("population,effort\nFIN,400.5\nEST,25.2\n", kind="public-annotation")

    assert found.verdict is Verdict.REVIEW


def test_a_number_that_is_no_count_keeps_a_table_from_passing(report):
    found = report("population,n_individuals,mean_ldl\nFIN,400,3.4\n EST,25,3.1\n", kind="counts")

    assert found.verdict is Verdict.REVIEW
