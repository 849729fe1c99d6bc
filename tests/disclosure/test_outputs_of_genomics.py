"""Tables that programs of genetics write of many people pass; one row or mark a person does not."""

from __future__ import annotations

import json

import numpy as np
import pytest

LOCI = [(f"rs{41_000 + 977 * i}", 1 + i // 2, 1_000_000 + 3_100_000 * i) for i in range(24)]


def rows(head: str, lines: list[list[object]], delimiter: str = "\t") -> str:
    return "\n".join([head, *(delimiter.join(map(str, line)) for line in lines)]) + "\n"


def correlations_of_traits(first: list[str]) -> str:
    lines = [
        [name, "SCZ.sumstats.gz", 0.31, 0.05, 6.2, 4e-9, 0.21, 0.01, 1.02, 0.008] for name in first
    ]
    return rows("p1\tp2\trg\tse\tz\tp\th2_obs\th2_obs_se\th2_int\tgcov_int", lines)


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (["MDD.sumstats.gz", "BIP.sumstats.gz", "insomnia.sumstats.gz"], True),
        ([f"P{i:04d}" for i in range(3)], False),
        ([f"{i:04d}" for i in range(3)], False),
    ],
)
def test_genetic_correlations_are_of_traits_and_not_of_numbered_rows(report, first, wanted):
    found = report(correlations_of_traits(first), "rg.tsv", n=None)

    assert (found.verdict.word == "pass") is wanted


def lead_variants(numbers: list[int]) -> str:
    lines = [
        [locus, name, chromosome, position, "A/G", 0.31, "0.052 (0.006)", 2.1e-17, "FTO"]
        for locus, (name, chromosome, position) in zip(numbers, LOCI, strict=True)
    ]
    head = "Locus,Lead SNP,Chr,Position (GRCh38),EA/OA,EAF,β (SE),P,Nearest gene"
    return rows(head, lines, ",")


def test_lead_variants_may_be_numbered_by_locus_but_not_by_copies(report):
    counted = report(lead_variants(list(range(1, 25))), "lead.csv", n=50_000)
    copies = report(lead_variants([0, 1, 2, 1, 0, 0] * 4), "lead.csv", n=50_000)

    assert counted.verdict.word == "pass"
    assert copies.verdict.word != "pass"


def fine_mapping(extra: str = "") -> str:
    shares = np.random.default_rng(3).dirichlet(np.full(24, 0.2))
    lines = [
        [name, round(float(share), 4), 1, round(0.2 * float(share), 5), 0.004]
        + ([i % 3] if extra else [])
        for i, ((name, _, _), share) in enumerate(zip(LOCI, shares, strict=True))
    ]
    return rows("variant\tpip\tcs\tposterior_mean\tposterior_sd" + extra, lines)


@pytest.mark.parametrize(("n", "extra", "wanted"), [
    (50_000, "", True), (60, "", False), (None, "", False), (50_000, "\tproband", False),
])  # fmt: skip
def test_posterior_effects_pass_where_they_are_of_many_people(report, n, extra, wanted):
    found = report(fine_mapping(extra), "susie.tsv", n=n)

    assert (found.verdict.word == "pass") is wanted


GENES = [
    "BRCA1",
    "BRCA2",
    "PALB2",
    "ATM",
    "CHEK2",
    "TP53",
    "MLH1",
    "MSH6",
    "LDLR",
    "APOB",
    "PCSK9",
    "MYH7",
    "LMNA",
    "SCN5A",
    "KCNQ1",
    "TTN",
    "HNF1A",
    "MC4R",
    "APOE",
    "LRRK2",
    "SLC30A8",
    "CFTR",
    "HBB",
    "G6PD",
]


def sets_tested(names: list[str], lists: list[list[str]], counted: str = "Count") -> str:
    lines = [
        [name, "lipid transport", f"{len(genes)}/87", "120/18888", 2e-5, 3e-4, "/".join(genes),
         len(genes)]
        for name, genes in zip(names, lists, strict=True)
    ]  # fmt: skip
    head = "ID\tDescription\tGeneRatio\tBgRatio\tpvalue\tp.adjust\tgeneID\t"
    return rows(head + counted, lines)


SETS = ["GO:0006869", "GO:0006281", "GO:0032868", "GO:0060048"]
LISTS = [GENES[:4], GENES[4:10], GENES[8:13], GENES[10:17]]
PEOPLE = [["Anna", "Mari", "Jaan"], ["Peeter", "Liis"], ["Tiit", "Anne", "Kati"], ["Jaan", "Liis"]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (sets_tested(SETS, LISTS), "pass"),
        # Carriers of each set are people, and their names are no genes.
        (sets_tested(SETS, LISTS, "n_carriers"), "block"),
        (sets_tested(["Tallinn", "Tartu", "Narva", "Valga"], PEOPLE), "block"),
    ],
)
def test_small_numbers_of_genes_in_sets_pass_and_small_numbers_of_people_do_not(
    report, text, wanted
):
    assert report(text, "enrichment.tsv", n=50_000).verdict.word == wanted


def marks(names: list[str], first: list[str] | None = None, head: str = "gene") -> str:
    drawn = np.random.default_rng(5).integers(0, 2, (len(GENES), len(names)))
    named = zip(first or GENES, drawn, strict=True)
    return rows(",".join([head, *names]), [[gene, *map(int, row)] for gene, row in named], ",")


@pytest.mark.parametrize(
    ("names", "first", "wanted"),
    [
        (["pLoF", "missense_REVEL50", "drug_target", "cardiomyopathy_panel", "mouse_lethal"],
         None, True),
        (["proband", "mother", "father"], None, False),
        (["gene_of_proband", "gene_of_mother"], None, False),
        (["Anna", "Mari", "Jaan"], None, False),
        ([f"panel_{i}" for i in range(1, 15)], None, False),
        (["panel_10234", "panel_10235", "panel_10991"], None, False),
        (["pLoF", "drug_target"], [f"P{i:04d}" for i in range(len(GENES))], False),
    ],
)  # fmt: skip
def test_marks_pass_where_rows_are_genes_and_columns_their_sets(report, names, first, wanted):
    found = report(marks(names, first), "masks.csv", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def variants_by(head: str, names: list[str]) -> str:
    lines = [[name, 812_311 - i, 90_200 + i, 2.07] for i, name in enumerate(names)]
    return rows(f"{head}\tn_snps\tn_indels\tti_tv", lines)


@pytest.mark.parametrize(
    ("head", "names", "wanted"),
    [
        ("step", ["raw", "call rate", "Hardy-Weinberg", "frequency"], True),
        ("consequence", ["missense_variant", "stop_gained", "intron_variant"], True),
        ("sample", ["A", "B", "C", "D"], False),
        ("step", [f"P{i:04d}" for i in range(4)], False),
    ],
)
def test_variants_are_counted_by_sort_and_not_by_person(report, head, names, wanted):
    found = report(variants_by(head, names), "variants.tsv", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def consequences(counts: list[int], head: str) -> str:
    names = ["missense_variant", "synonymous_variant", "stop_gained", "frameshift_variant"]
    return rows(f"Consequence\t{head}\tSingletons", [
        [name, count, count // 2] for name, count in zip(names, counts, strict=True)
    ])  # fmt: skip


def test_counts_by_consequence_are_of_variants_where_they_are_more_than_people(report):
    variants = report(consequences([412_110, 382_110, 5, 1411], "Total"), "vep.tsv", n=50_000)
    carriers = report(consequences([4110, 3811, 5, 411], "n"), "vep.tsv", n=50_000)
    named = report(consequences([412_110, 382_110, 5, 1411], "Carriers"), "vep.tsv", n=50_000)

    assert variants.verdict.word == "pass"
    assert carriers.verdict.word == "block"
    assert named.verdict.word != "pass"


def named_alleles(least: int, extra: str = "") -> str:
    counts = {"A*01:01": 15_122, "B*07:02": 12_122, "DRB1*15:01": 13_122, "DQB1*06:02": least}
    lines = [[name[:1], name, n, 100_000, n / 100_000] for name, n in counts.items()]
    return rows("Locus,Allele,Count,2N,Frequency" + extra, lines, ",")


def test_named_alleles_pass_where_each_is_of_many_copies(report):
    many = report(named_alleles(912), "hla.csv", n=50_000)
    few = report(named_alleles(12), "hla.csv", n=50_000)
    typed = "sample,A_1,A_2\n" + "".join(f"P{i:04d},A*01:01,A*02:0{i % 9}\n" for i in range(40))
    people = report(typed, "types.csv", n=50_000)

    assert many.verdict.word == "pass"
    assert few.verdict.word != "pass"
    assert people.verdict.word == "block"


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


def groups(column: str, values: list[object]) -> str:
    lines = [
        [name, 5_000 + 100 * i, value]
        for i, (name, value) in enumerate(zip("ABCD", values, strict=True))
    ]
    return rows(f"population,n,{column}", lines, ",")


@pytest.mark.parametrize(
    ("column", "values", "wanted"),
    [
        ("min_r2", [0.91, 0.92, 0.93, 0.95], True),
        ("min_bmi", [16.1, 16.9, 17.2, 15.8], False),
        ("mean_f", [0.001, 0.002, 0.0011, 0.0013], True),
        ("mean_carrier", [0.001, 0.002, 0.0011, 0.0013], False),
    ],
)
def test_extremes_and_means_of_statistics_are_nobodys(report, column, values, wanted):
    found = report(groups(column, values), "groups.csv", n=50_000)

    assert (found.verdict.word == "pass") is wanted


def carriers_of_regions(shares: list[float], counts: list[int]) -> str:
    lines = [
        [f"chr{i + 1}", 29_500_000 + i, 30_100_000 + 7 * i, "DEL", count, share]
        for i, (count, share) in enumerate(zip(counts, shares, strict=True))
    ]
    return rows("chrom\tstart\tend\ttype\tn_carriers\tfrequency", lines)


def test_shares_pass_where_they_are_those_of_the_counts_beside_them(report):
    counts = [210, 40, 2120, 330]
    same = report(
        carriers_of_regions([0.0042, 0.0008, 0.0424, 0.0066], counts), "cnv.tsv", n=50_000
    )
    other = report(carriers_of_regions([0.81, 0.11, 0.57, 0.33], counts), "cnv.tsv", n=50_000)

    assert same.verdict.word == "pass"
    assert other.verdict.word != "pass"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# Weight is the sum of the individual study weights for this marker in the file\n", True),
        ("# The individual had the weight of many in this village and in the family\n", False),
    ],
)
def test_individual_studies_are_no_individuals(report, text, wanted):
    assert (report(text, "notes.txt", n=50_000).verdict.word == "pass") is wanted


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
