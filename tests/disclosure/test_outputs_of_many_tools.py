"""Outputs of tools that differ from others by a name, a list, or what stands beside them."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext


def linkage(n_variants: int, seed: int = 1) -> str:
    """Return a symmetric matrix of correlations between named variants, as CSV."""
    rng = np.random.default_rng(seed)
    matrix = np.eye(n_variants)
    upper = np.triu_indices(n_variants, 1)
    matrix[upper] = np.round(rng.uniform(-0.2, 0.2, len(upper[0])), 3)
    matrix = matrix + matrix.T - np.eye(n_variants)
    names = [f"rs{100_000 + 37 * i}" for i in range(n_variants)]
    rows = [",".join([name, *map(str, row)]) for name, row in zip(names, matrix, strict=True)]
    return "\n".join([",".join(["", *names]), *rows]) + "\n"


@pytest.mark.parametrize(
    ("n_people", "n_variants", "wanted"),
    [(30, 12, "block"), (60, 60, "block"), (600, 60, "review"), (1200, 60, "review"),
     (80_000, 12, "pass"), (5_000, 12, "pass"), (5_000, 60, "review")],
)  # fmt: skip
def test_linkage_is_judged_by_how_many_people_it_is_of(report, n_people, n_variants, wanted):
    found = report(linkage(n_variants), "ld.csv", n=n_people)

    assert found.verdict.word == wanted


def frequencies(n: int, shift: float = 0.0) -> str:
    rng = np.random.default_rng(7)
    rows = ["CHROM POS ID REF ALT A1FREQ N BETA SE P"]
    for i in range(200):
        frequency = round(float(rng.uniform(0.1, 0.5)) + shift, 5)
        rows.append(f"1 {1000 + 900 * i} rs{5000 + i} A G {frequency} {n} 0.0012 0.0045 0.79")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("before", "now", "rules"),
    [
        # Another trait, which fewer people have: the frequency of all tells nothing of those.
        ((119_400, 0.0), (120_000, 0.0), set()),
        ((119_400, 0.0), (120_000, 0.0004), {"TAB904"}),
        ((120_000, 0.0), (119_999, 0.0), {"TAB202"}),
    ],
)
def test_a_second_trait_of_the_same_variants_tells_nobody_apart(
    policy, tmp_path, before, now, rules
):
    earlier, later = tmp_path / "first.tsv", tmp_path / "second.tsv"
    earlier.write_text(frequencies(*before))
    later.write_text(frequencies(*now))
    context = CheckContext(n_individuals=120_000, prior=(earlier,))

    found = check_files([later], policy, context)

    told = {f.rule for each in found.files for f in each.findings}
    assert {"TAB904", "TAB202"} & told == rules


def test_names_of_variants_need_no_position_where_alleles_and_frequencies_stand(report):
    rows = "".join(f"1\tsnp{i}\tA\tB\t0.{300 + i}\t40000\n" for i in range(60))

    found = report(f"#CHROM\tID\tREF\tALT\tALT_FREQS\tOBS_CT\n{rows}", "cohort.afreq", n=20_000)

    assert found.verdict.word == "pass"


def test_names_of_people_beside_alleles_are_not_taken_for_variants(report):
    rows = "".join(f"1\tT{i // 4:04d}\tA\tG\t{i % 3}\n" for i in range(60))

    found = report(f"CHROM\tID\tREF\tALT\tDOSAGE\n{rows}", "long.tsv", n=20_000)

    assert found.verdict.word != "pass"


def test_features_with_their_counts_are_read_side_by_side(report):
    told = {"features": ["age", "ward_1", "dummy_a"], "feature_counts": [900, 41, 1],
            "coef": [0.2, 0.1, 1.2], "classes": [0, 1]}  # fmt: skip

    found = report(json.dumps(told), "model.json", n=900)

    assert {f.rule for f in found.findings if f.severity.word == "block"} == {"TAB101"}


def test_bars_of_a_plot_are_counted_as_a_table_is(report):
    def plot(counts: list[int]) -> str:
        bars = {"type": "bar", "name": "people", "x": ["poor", "normal", "fast"], "y": counts}
        return json.dumps({"data": [bars], "layout": {"title": {"text": "Metabolisers"}}})

    assert report(plot([612, 3340, 338]), "a.json", n=14_900).verdict.word == "pass"
    assert report(plot([612, 3340, 3]), "a.json", n=14_900).verdict.word == "block"


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"cv": {"auroc": [0.778, 0.783, 0.779, 0.786, 0.775]}}, "pass"),
        ({"age_bins": [18, 40, 55, 70, 90], "p_thresholds": [5e-8, 1e-5, 0.001]}, "pass"),
        ({"thresholds": [0.123456, 0.234567, 0.71231, 0.81231]}, "review"),
        ({"ages": [54, 61, 38, 22]}, "block"),
    ],
)
def test_lists_of_settings_and_scores_are_known_by_their_names_and_digits(report, told, wanted):
    found = report(json.dumps(told), "told.json", n=33_100)

    assert found.verdict.word == wanted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("site,n,max_income,min_income", "block"), ("site,n,oldest_patient_age,longest_stay", "block"),
     ("site,n,max_depth,min_call_rate", "review")],
)  # fmt: skip
def test_extremes_of_a_trait_by_group_are_one_persons_each(report, header, wanted):
    found = report(f"{header}\na,80,295454,3474\nb,120,218702,4831\nc,96,359013,1031\n", n=481)

    assert found.verdict.word == wanted


def test_a_header_in_another_language_means_what_it_does_in_english(report):
    few = "centre;cas;témoins\nA;3;40\nB;120;130\n"
    model = '"Variable";"OR";"unten";"oben";"p";"n"\n"alter";1,024;1,02;1,033;1,05e-34;18432\n'

    assert report(few, "cas.csv", n=400).verdict.word == "block"
    assert report(model, "modell.csv", n=18_432).verdict.word == "pass"


def test_a_comma_that_is_a_point_somewhere_is_one_everywhere(report):
    rows = "".join(
        f"1;{9000 + 800 * i};rs{i + 400};A;G;0,{200 + i};0,1{i:04d};4200;4300\n" for i in range(90)
    )

    found = report(
        f"chr;pos;id;ref;alt;af_cas;af_temoins;n_cas;n_temoins\n{rows}", "af.csv", n=8500
    )

    assert not {f.why for f in found.findings if "no known meaning" in f.why}


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("level,men_%,women_%\nbasic,18.4,16.9\nhigh,47.2,43.8\nmore,32.5,37.1\nnone,1.9,2.2\n",
         "pass"),
        ("level,men_%,women_%\nbasic,18.4,16.9\nhigh,47.2,43.8\nmore,34.37,39.28\nnone,0.03,0.02\n",
         "block"),
        ("level,carriers,others\nbasic,25.0,16.9\nhigh,41.7,43.8\nmore,33.3,39.3\n", "review"),
        # Five, three and four of twelve people.
        ("level,town,land\nbasic,41.667,16.923\nhigh,25.000,43.815\nmore,33.333,39.262\n",
         "review"),
    ],
)  # fmt: skip
def test_shares_pass_where_no_group_can_be_few_people(report, table, wanted):
    assert report(table, n=23_910).verdict.word == wanted


def test_a_share_whose_header_says_of_how_many_is_a_count(report):
    table = (
        "| comorbidity | n | % of 1,184 |\n|---|---|---|\n| a | 508 | 42.9 |\n| b | <10 | 0.6 |\n"
    )

    found = report(table, "t.md", n=None)

    assert "TAB106" in {f.rule for f in found.findings}


def test_genetic_correlations_of_traits_are_not_a_row_a_person(report):
    traits = ["BMI", "SBP", "DBP", "LDL-C", "HDL-C", "TG", "T2D", "CAD", "HbA1c", "eGFR", "Height"]
    rng = np.random.default_rng(3)
    matrix = np.corrcoef(rng.normal(size=(len(traits), 8))).round(3)
    rows = [",".join([t, *map(str, row)]) for t, row in zip(traits, matrix, strict=True)]

    found = report("\n".join([",".join(["", *traits]), *rows]) + "\n", n=58_000)

    assert found.verdict.word == "pass"


def test_sets_of_genes_are_no_people_unless_they_are_as_many(report):
    genes = ["BRCA1", "BRCA2", "PALB2", "ATM", "CHEK2", "TP53", "LDLR", "APOB", "PCSK9", "HFE",
             "TTN", "MYH7", "MYBPC3", "KCNQ1", "PKP2", "RYR1", "MLH1", "MSH2", "MSH6", "PMS2",
             "APC", "VHL", "RB1", "NF1"]  # fmt: skip
    rng = np.random.default_rng(5)
    names = [f"R-HSA-{100_000 + 7 * i}" for i in range(24)]
    rows = [",".join([g, *map(str, rng.integers(0, 2, 24))]) for g in genes]
    table = "\n".join([",".join(["gene", *names]), *rows]) + "\n"

    assert report(table, n=34_700).verdict.word == "pass"
    assert report(table, n=40).verdict.word != "pass"


def test_a_schema_says_what_values_may_be_and_nobodys(report):
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "sex": {"type": "integer", "enum": [1, 2, 9]},
            "bmi": {"type": "number", "minimum": 10, "maximum": 80},
        },
        "required": ["sex"],
    }
    data = {"type": "number", "maximum": 295_454, "site": "Lyon"}

    assert report(json.dumps(schema), "s.json", n=None).verdict.word == "pass"
    assert report(json.dumps(data), "s.json", n=900).verdict.word != "pass"


def test_years_of_birth_and_codes_in_a_drawing_name_a_family(report):
    def drawing(labels: list[str]) -> str:
        texts = "".join(f'<text x="9" y="{9 * i}">{t}</text>' for i, t in enumerate(labels))
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">{texts}</svg>'

    births = report(drawing([f"b. {1931 + i}" for i in range(4)]), "p.svg", n=5000)
    codes = report(drawing([f"GDI-{15_674 + 31 * i}" for i in range(6)]), "p.svg", n=5000)
    years = report(drawing([f"FY{2014 + i}" for i in range(6)]), "p.svg", n=5000)

    assert "PII115" in {f.rule for f in births.findings}
    assert "PII115" in {f.rule for f in codes.findings}
    assert "PII115" not in {f.rule for f in years.findings}


def test_methods_of_mendelian_randomisation_need_no_number_of_people(report):
    rows = "".join(
        f"LDL,CAD,{method},61,0.0948,0.0271,0.000468\n"
        for method in ("Inverse variance weighted", "MR Egger", "Weighted median")
    )

    found = report(f"exposure,outcome,method,nsnp,b,se,pval\n{rows}", n=None)

    assert found.verdict.word == "pass"


def calls(n_people: int = 60, n_variants: int = 50) -> np.ndarray:
    rng = np.random.default_rng(11)
    return rng.binomial(2, rng.uniform(0.1, 0.5, n_variants), (n_people, n_variants))


@pytest.mark.parametrize("start", [0, 1, 1001])
@pytest.mark.parametrize("letters", [False, True])
def test_genotypes_below_a_header_of_numbers_are_genotypes(report, start, letters):
    cells = np.array(["AA", "AG", "GG"])[calls()] if letters else calls()
    steps = 1 if start < 2 else 3
    header = ",".join(str(start + steps * i) for i in range(cells.shape[1]))
    rows = "\n".join(",".join(map(str, row)) for row in cells)

    found = report(f"{header}\n{rows}\n", n=None)

    assert "GEN101" in {f.rule for f in found.findings if f.severity.word == "block"}


def test_a_header_of_people_as_plink_writes_them_is_no_number(report):
    cells = calls().T
    header = "\t".join(f"{i}_{i}" for i in range(cells.shape[1]))
    rows = "\n".join(
        f"1\trs{i}\t0\t{900 * i}\tA\tG\t" + "\t".join(map(str, row)) for i, row in enumerate(cells)
    )

    found = report(f"CHR\tSNP\t(C)M\tPOS\tCOUNTED\tALT\t{header}\n{rows}\n", "c.traw", n=None)

    assert found.verdict.word == "block"


def test_people_counted_by_genotype_are_no_genotypes(report):
    def counts(few: int) -> str:
        rows = "".join(
            f"rs{100 + i},AA,{500 + i},820\nrs{100 + i},AG,310,{500 - i}\nrs{100 + i},GG,{few},90\n"
            for i in range(8)
        )
        return f"variant,genotype,n_cases,n_controls\n{rows}"

    genome = "".join(f"rs{100 + i},{('AA', 'AG', 'GG')[i % 3]},900\n" for i in range(30))

    assert report(counts(60), n=3000).verdict.word == "pass"
    assert report(counts(3), n=3000).verdict.word == "block"
    assert "GEN102" in {f.rule for f in report(f"rsid,genotype,n\n{genome}", n=3000).findings}


def test_bins_and_heights_of_a_histogram_are_read_together(report):
    def drawn(last: int) -> str:
        return json.dumps({"bins": [0, 10, 20, 30, 40], "counts": [120, 340, 44, last]})

    assert report(drawn(22), "h.json", n=600).verdict.word == "pass"
    assert report(drawn(2), "h.json", n=600).verdict.word == "block"


def test_ages_in_no_order_are_peoples(report):
    found = report('{"site": "Tartu", "ages": [34, 51, 28, 44, 61]}', "t.json", n=1200)

    assert "PII116" in {f.rule for f in found.findings}


def test_variants_beside_an_age_and_a_diagnosis_are_of_carriers(report):
    found = report(
        "rsid,chr,pos,carrier_age,carrier_sex,diagnosis\nrs1,1,1000,34,F,MH\nrs2,2,2000,51,M,CMS\n",
        n=1200,
    )

    assert "PII103" in {f.rule for f in found.findings}


def test_whom_a_log_found_is_blocked(report):
    found = report("INFO 2 carriers: T0412 (F, 34), T0988 (M, 51)\n", "run.log", n=1200)

    assert "PII109" in {f.rule for f in found.findings}


def test_four_cells_beside_an_odds_ratio_count_people(report):
    few = report("exposure,or,a,b,c,d\ncarrier,4.2,3,120,8,900\n", n=1200)

    assert "TAB101" in {f.rule for f in few.findings}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.csv", "quintile,n,OR,lower,upper\n1,3686,0.52,0.45,0.61\n2,3686,0.78,0.69,0.88\n"
                  "3,3686,1.31,1.18,1.46\n4,3688,2.1,1.9,2.32\n"),
        ("s.cred", "cs\tcs_log10bf\tcs_avg_r2\tcs_min_r2\tcs_size\n1\t12.3\t0.98\t0.91\t4\n"
                   "2\t8.1\t0.95\t0.88\t9\n"),
        ("m.yaml", "model:\n  max_depth: [3, 5, 7]\n  learning_rate: [0.01, 0.1, 0.3]\nseed: 42\n"),
        ("qc.csv", "step,variants_removed,variants_left\nmissing,1204,812345\nHWE,310,812035\n"),
    ],
)  # fmt: skip
def test_what_programs_write_of_effects_sets_settings_and_filters_passes(report, name, text):
    assert report(text, name, n=20_000).verdict.word == "pass"


def leads(cells: list[str]) -> str:
    rows = "".join(
        f"{1 + i},{1_000_000 * (i + 3)},rs{4_100_000 + 7919 * i},{cell},0.{21 + i},"
        f"0.0{31 + i},0.005,{3 + i}.2e-09,41250\n"
        for i, cell in enumerate(cells)
    )
    return f"CHR,BP,SNP,EA/OA,EAF,BETA,SE,P,N\n{rows}"


def test_two_alleles_beside_an_effect_are_no_genotype(report):
    alleles = ["A/G", "C/T", "G/A", "T/C", "A/C", "G/T", "C/A", "T/G", "A/G", "C/T", "G/C", "A/T"]

    assert report(leads(alleles), n=41_250, kind="gwas").verdict.word == "pass"


def test_genotypes_under_the_name_of_alleles_are_no_pair_of_alleles(report):
    rows = "".join(f"rs{4_100_000 + i},{'AA' if i % 3 else 'AG'}\n" for i in range(300))

    assert report(f"SNP,EA\n{rows}", n=2_000).verdict.word == "block"


def characteristics(names: tuple[str, str, str]) -> str:
    return (
        f"Characteristic,Cases,Controls\nN,1204,3310\n{names[0]},61.4,59.8\n{names[1]},9.7,8.2\n"
        f"{names[2]},512,1690\n"
    )


def test_a_standard_deviation_under_ten_is_no_small_count(report):
    found = report(characteristics(("Age, mean", "Age, SD", "Female")), n=4_514)
    counts = "Group,Cases,Controls\nA,1204,3310\nB,512,7\nC,310,880\n"

    assert found.verdict.word != "block"
    assert report(counts, n=6_223).verdict.word == "block"
    assert report(counts.replace("B,", "SD clinic,"), n=6_223).verdict.word != "pass"


def test_small_effects_beside_alleles_are_no_genotypes(report):
    weights = "".join(
        f"1\trs{4_100_000 + 71 * i}\t{900_000 + 3_000 * i}\tT\tC\t{(i % 19 - 9) * 1.3e-4:.6e}\n"
        for i in range(400)
    )
    copies = "".join(
        f"1\trs{4_100_000 + 71 * i}\t{900_000 + 3_000 * i}\tT\tC\t{i * i % 3}\n" for i in range(400)
    )

    assert report(weights, "weights.txt", n=9_400).verdict.word == "review"
    assert report(copies, "weights.txt", n=9_400).verdict.word == "block"


def locked(what: str) -> str:
    """A list of packages with the hashes of their files, or of codes with theirs."""
    rows = "".join(
        f"- name: {name}\n  {what}: 2.{i}.3\n  md5: {hashlib.md5(name.encode()).hexdigest()}\n"
        for i, name in enumerate(["numpy", "pandas", "scipy", "plink", "bcftools", "hail", "attrs"])
    )
    return f"package:\n{rows}"


def test_hashes_of_packages_pass_and_other_hashes_are_blocked(report):
    assert report(locked("version"), "environment.lock.yaml", n=9_400).verdict.word == "pass"
    assert report(locked("visit"), "environment.lock.yaml", n=9_400).verdict.word == "block"
