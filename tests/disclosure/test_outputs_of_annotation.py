"""Annotation, trees and reports of genomics: what each part is held to."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.disclosure.genomics_written import GENES, LOCI, SETS, rows

PEAKS = [(f"chr{1 + i // 3}", 1_000_000 + 700_000 * i, 1_000_450 + 700_000 * i) for i in range(40)]
TRACK = 'track name="H3K27ac liver" description="peaks of ENCODE" visibility=2 itemRgb="On"\n'


def peaks(line: str = TRACK, extra: int = 0) -> str:
    lines = [
        [*place, f"peak{i}", 10 * i, ".", *[f"{3.1 + i % 7}"] * extra]
        for i, place in enumerate(PEAKS)
    ]
    return line + "\n".join("\t".join(map(str, each)) for each in lines) + "\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (peaks(), True),
        (peaks("browser position chr1:1-2,000,000\n" + TRACK), True),
        # A line that is no browser's, and numbers that no BED has.
        (peaks('track name="P0012345 her2 positive" patient=7\n'), False),
        (peaks(extra=5), False),
        (peaks('track name="liver" description="a 34-year-old woman from Narva with cancer"\n'),
         False),
    ],
)  # fmt: skip
def test_regions_may_have_the_line_of_a_browser_above_them(report, text, wanted):
    found = report(text, "peaks.bed", kind="public-annotation", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def genes_as_gtf(attribute: str = "") -> str:
    lines = []
    for i, gene in enumerate(GENES):
        told = (
            f'gene_id "ENSG{227_232 + i:011d}.5"; gene_name "{gene}"; '
            f'gene_type "protein_coding"; level 2;{attribute.format(i=i)}'
        )
        start = 1_000_000 * (i + 1)
        lines.append(["chr1", "HAVANA", "gene", start, start + 9_000, ".", "+-"[i % 2], ".", told])
    return "##description: annotation of the human genome\n" + "\n".join(
        "\t".join(map(str, line)) for line in lines
    )


@pytest.mark.parametrize(
    ("attribute", "wanted"),
    [
        ("", "pass"),
        (' hgnc_id "HGNC:{i}";', "pass"),
        # What one sample expresses, and whose it is.
        (' FPKM "1{i}.25";', "review"),
        (' patient "P{i:07d}";', "block"),
    ],
)
def test_each_attribute_of_an_annotation_is_looked_at(report, attribute, wanted):
    found = report(genes_as_gtf(attribute), "genes.gtf", kind="public-annotation", n=50_000)

    assert found.verdict.word == wanted


def rising(positions: list[int], along: list[float]) -> str:
    lines = [["22", place, value] for place, value in zip(positions, along, strict=True)]
    return rows("chr\tpos\tcM", lines)


def test_a_map_of_recombination_is_known_by_how_it_rises(report):
    places = [16_000_000 + 41_000 * i for i in range(200)]
    rates = np.cumsum(np.random.default_rng(2).exponential(0.05, 200)).round(6).tolist()
    ages = sorted(np.random.default_rng(2).uniform(18, 90, 200).round(1).tolist())

    mapped = report(rising(places, rates), "map.txt", n=50_000)
    shuffled = report(rising(places, rates[::-1]), "map.txt", n=50_000)
    people = report(rising(list(range(1, 201)), ages), "map.txt", n=50_000)

    assert mapped.verdict.word == "pass"
    assert shuffled.verdict.word != "pass"
    assert people.verdict.word != "pass"


def scored(names: str, column: str = "") -> str:
    lines = [
        [gene, round(0.03 * i, 3), round(0.05 * i, 3), i, *([1.5 + i] if column else [])]
        for i, gene in enumerate(GENES)
    ]
    return rows(names + column, lines)


@pytest.mark.parametrize(
    ("column", "wanted"),
    [("", True), ("\tmis_z", True), ("\ttumour_of_patient", False), ("\tbmi", False)],
)
def test_scores_of_genes_are_public_where_each_is_of_a_public_sort(report, column, wanted):
    text = scored("gene\toe_lof\toe_lof_upper\tobs_lof", column)
    found = report(text, "constraint.tsv", kind="public-annotation", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def with_terms(terms: list[str], head: str = "term") -> str:
    lines = [
        [gene, f"HGNC:{100 + i}", term, "Definitive"]
        for i, (gene, term) in enumerate(zip(GENES, terms, strict=True))
    ]
    return rows(f"gene,hgnc_id,{head},evidence", lines, ",")


@pytest.mark.parametrize(
    ("terms", "head", "wanted"),
    [
        ([f"MONDO:{7_000 + 31 * i:07d}" for i in range(24)], "disease", True),
        (["Lynch syndrome", "long QT syndrome"] * 12, "disease", True),
        # What one person has, whose genes are under suspicion.
        (["HP:0001250;HP:0001263"] * 24, "hpo", False),
        (["heterozygous", "homozygous"] * 12, "zygosity", False),
        (["c.123C>T", "c.88del"] * 12, "disease", False),
    ],
)
def test_genes_with_terms_pass_unless_they_tell_of_somebody(report, terms, head, wanted):
    found = report(with_terms(terms, head), "genes.csv", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def credible_sets(extra: dict[str, object] | None = None) -> str:
    sets = [
        {
            "id": f"L{i + 1}",
            "size": 3,
            "purity": {"min_abs_corr": 0.91, "mean_abs_corr": 0.95},
            "variants": [
                {"rsid": name, "pip": round(0.5 / (1 + j), 3)}
                for j, (name, _, _) in enumerate(LOCI[3 * i : 3 * i + 3])
            ],
            **(extra or {}),
        }
        for i in range(3)
    ]
    told = {"region": "chr19:44000000-46000000", "method": "SuSiE-RSS", "n": 50_000}
    return json.dumps({**told, "credible_sets": sets})


@pytest.mark.parametrize(
    ("extra", "wanted"),
    [
        (None, True),
        ({"patient": "P0012345"}, False),
        ({"carriers": 3}, False),
        ({"genotypes": [0, 1, 2, 0, 1]}, False),
    ],
)
def test_credible_sets_of_a_tree_are_rows_of_one_table(report, extra, wanted):
    found = report(credible_sets(extra), "susie.json", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def test_one_variant_beside_what_somebody_has_is_read_by_a_person(report):
    told = {"gene": "CFTR", "variant": "7:117559590:A:G", "diagnosis": "cystic fibrosis"}

    assert report(json.dumps(told), "finding.json", n=50_000).verdict.word != "pass"


def by_population(counts: int) -> str:
    variants = [
        {
            "rsid": name,
            "populations": {
                group: {"ac": counts, "an": 20_000, "af": counts / 20_000}
                for group in ("EUR", "AFR")
            },
        }
        for name, _, _ in LOCI[:6]
    ]
    return json.dumps({"variants": variants})


def test_frequencies_by_population_in_a_tree_are_held_to_the_same_floor(report):
    many, few = (report(by_population(n), "af.json", n=50_000) for n in (900, 3))

    assert many.verdict.word == "pass"
    assert few.verdict.word != "pass"


@pytest.mark.parametrize(
    ("head", "names", "n", "wanted"),
    [
        ("region", ["exome", "panel", "MHC"], 50_000, True),
        ("region", ["exome", "panel", "MHC"], 60, False),
        ("sample", ["A", "B", "C"], 50_000, False),
        ("region", ["P0001", "P0002", "P0003"], 50_000, False),
    ],
)
def test_the_quality_of_sequencing_is_told_by_part_of_the_genome(report, head, names, n, wanted):
    lines = [[name, 99.2, 97.1, 41.2 + i, 40] for i, name in enumerate(names)]
    found = report(rows(f"{head}\tpct_10x\tpct_20x\tmean_depth\tmedian_depth", lines), "q.tsv", n=n)

    assert (found.verdict.word == "pass") is wanted


def filters(removed: list[int], whole: int) -> str:
    left = whole - np.cumsum(removed)
    names = ["Call rate < 0.98", "Hardy-Weinberg P < 1e-6", "MAF < 0.01"]
    lines = [[name, n, int(rest)] for name, n, rest in zip(names, removed, left, strict=True)]
    return rows("Filter\tRemoved\tRemaining", lines)


def test_steps_of_a_filter_are_of_variants_where_more_are_left_than_there_are_people(report):
    variants = report(filters([12_211, 3, 212_000], 812_311), "qc.tsv", n=50_000)
    people = report(filters([12, 3, 20], 50_000), "qc.tsv", n=50_000)

    assert variants.verdict.word == "pass"
    assert people.verdict.word != "pass"


def printed(ids: list[str], names: list[str], counted: str) -> str:
    lines = [f"source {'term_id':>10} {'term_name':>24}  p_value {counted:>10}"]
    for number, (identifier, name) in enumerate(zip(ids, names, strict=True)):
        lines.append(f" GO:BP {identifier:>10} {name:>24}  0.0012{number} {number + 3:>10}")
    return "Enrichment of the genes near the loci:\n\n" + "\n".join(lines) + "\n"


def test_cells_with_spaces_end_under_their_names(report):
    names = ["lipid transport", "DNA repair", "response to insulin"]

    sets = report(printed(SETS[:3], names, "term_size"), "go.txt", n=50_000)
    people = report(printed(SETS[:3], names, "n_carriers"), "go.txt", n=50_000)

    assert sets.verdict.word == "pass"
    assert people.verdict.word == "block"


def reported(n_carriers: int) -> str:
    names = ["Number of samples", "Number of SNPs", "Ts/Tv", "Number of carriers"]
    values = [48_211, 722_111, 2.07, n_carriers]
    return rows("metric\tvalue", [list(pair) for pair in zip(names, values, strict=True)])


def test_each_value_of_a_report_is_held_to_what_its_own_name_says(report):
    many, few = (report(reported(n), "report.tsv", n=50_000) for n in (310, 3))

    assert many.verdict.word == "pass"
    assert few.verdict.word == "block"


def in_set(marks: list[int]) -> str:
    chances = [0.5, 0.3, 0.1, 0.05, 0.03, 0.02]
    lines = [
        [chromosome, position, name, chance, mark]
        for (name, chromosome, position), chance, mark in zip(LOCI, chances, marks, strict=False)
    ]
    return rows("chr\tpos\tsnpid\tPPA\tin_95_cs", lines)


@pytest.mark.parametrize(
    ("marks", "wanted"), [([1, 1, 1, 0, 0, 0], True), ([0, 1, 0, 1, 1, 0], False)]
)
def test_marks_of_a_credible_set_are_of_the_likeliest_variants(report, marks, wanted):
    assert (report(in_set(marks), "set.tsv", n=50_000).verdict.word == "pass") is wanted


def diplotypes(least: int) -> str:
    lines = [["CYP2C19", "*1/*1", 19_500, 39.0], ["CYP2C19", "*2/*2", least, least / 500]]
    return rows("Gene,Diplotype,N,Frequency (%)", lines, ",")


def test_frequencies_in_percent_count_nobody_but_tell_of_few(report):
    many, few = (report(diplotypes(n), "pgx.csv", n=50_000) for n in (1_200, 4))

    assert many.verdict.word == "pass"
    assert few.verdict.word == "block"


def intervals(names: list[str]) -> str:
    """Intervals along chromosomes with a name, a score and a strand, as in a BED of six columns."""
    rows = []
    for i, name in enumerate(names):
        start = 350_000 + 910_000 * (i // 5) + 17 * (i * i % 4_001)
        rows.append(
            f"chr{1 + i % 5}\t{start}\t{start + 900 + i}\t{name}\t{i * 37 % 997}\t{'+-'[i % 2]}\n"
        )
    return "".join(rows)


@pytest.mark.parametrize("kind", ["", "regions"])
def test_intervals_that_are_named_in_order_are_nobodys_and_those_of_codes_are_people(report, kind):
    targets = [f"target_{i}" for i in range(1, 201)]
    carriers = {word: [f"{word}{100 + i * 7 % 61}" for i in range(200)]
                for word in ("HG00", "SAMPLE-", "proband_", "P0")}  # fmt: skip

    assert report(intervals(targets), "t.bed", kind=kind, n=420).verdict.word == (
        "pass" if kind else "review"
    )
    for word, names in carriers.items():
        assert report(intervals(names), "t.bed", kind=kind, n=420).verdict.word == "block", word


def of_sets(purity: list[float]) -> str:
    lines = [
        [name, chance, each, *told]
        for (name, _, _), chance, each, *told in zip(
            LOCI, [0.5, 0.3, 0.1, 0.02, 0.01, 0.0], [1, 1, 2, 2, -1, -1],
            [48.2, 48.2, 11.7, 11.7, "NA", "NA"], [*purity, "NA", "NA"], strict=False,
        )
    ]  # fmt: skip
    return rows("variant\tpip\tcs_id\tcs_log10bf\tcs_min_r2", lines)


@pytest.mark.parametrize(
    ("purity", "wanted"), [([0.87, 0.87, 0.64, 0.64], True), ([0.87, 0.31, 0.64, 0.12], False)]
)
def test_what_is_said_of_a_credible_set_is_one_thing_a_set(report, purity, wanted):
    assert (report(of_sets(purity), "susie.tsv", n=50_000).verdict.word == "pass") is wanted
