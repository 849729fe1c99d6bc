"""Tables that programs of genetics write of many people pass; one row or mark a person does not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.disclosure.genomics_written import GENES, LOCI, SETS, rows


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


def sets_tested(names: list[str], lists: list[list[str]], counted: str = "Count") -> str:
    lines = [
        [name, "lipid transport", f"{len(genes)}/87", "120/18888", 2e-5, 3e-4, "/".join(genes),
         len(genes)]
        for name, genes in zip(names, lists, strict=True)
    ]  # fmt: skip
    head = "ID\tDescription\tGeneRatio\tBgRatio\tpvalue\tp.adjust\tgeneID\t"
    return rows(head + counted, lines)


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


CARRIED = [[f"Anna{i}", ";".join(GENES[i : i + 2 + i % 4]), 2 + i % 4] for i in range(16)]


@pytest.mark.parametrize(
    "text",
    [
        # What each person carries, under names that count genes.
        rows("who,genes,n_genes", CARRIED, ","),
        rows("id,genes,n_genes,pvalue", [
            [f"P{i:03d}", each[1], each[2], 0.01 * i] for i, each in enumerate(CARRIED)
        ], ","),
        # One person's copies by gene, pairs of people, and carriers beside many variants.
        rows("gene\tscore", [[gene, i % 3] for i, gene in enumerate(GENES)]),
        rows("p1\tp2\trg\tse", [[f"I{i:02d}", f"I{j:02d}", 0.25, 0.01] for i in range(8)
                                for j in range(i)]),
        rows("consequence,n,total_variants", [
            ["missense_variant", 4112, 900_000], ["stop_gained", 3, 800]
        ], ","),
        rows("gene\ttpm", [[gene, 1.5 + i] for i, gene in enumerate(GENES)]),
    ],
)  # fmt: skip
def test_people_under_the_names_of_genes_and_statistics_do_not_pass(report, text):
    assert report(text, "t.csv", kind="public-annotation", n=50_000).verdict.word != "pass"


def test_a_list_of_alleles_without_a_header_is_one_of_people(report):
    alleles = "".join(f"rs{44_000_000 + 7919 * i}\t{'ACGT'[i % 4]}\n" for i in range(360))

    found = report("# seen at least once\n" + alleles, "alleles.txt", n=60)

    assert found.verdict.word != "pass"
