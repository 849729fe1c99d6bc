"""Names that tools and languages give to what is known: counts of genotypes, squares, resources."""

from __future__ import annotations

import pytest


def rows(head: str, lines: list[tuple[object, ...]]) -> str:
    return "\n".join([head, *(",".join(map(str, line)) for line in lines)]) + "\n"


def genotypes(het: int, hom: int) -> str:
    lines = [(f"rs{18_092 + 877 * i}", 19_947 - 11 * i, 53 + 11 * i, 0) for i in range(12)]
    lines.append(("rs99001", 20_000 - het - hom, het, hom))
    return rows("ID,CT_HOM_REF,CT_HET,CT_HOM_ALT", lines)


@pytest.mark.parametrize(
    ("het", "hom", "wanted"),
    [(988, 12, "pass"), (997, 3, "review"), (3, 0, "block")],
)
def test_genotypes_are_counted_under_names_that_begin_with_the_count(report, het, hom, wanted):
    found = report(genotypes(het, hom), "counts.csv", n=20_000, variants=13)

    assert found.verdict.word == wanted


def squares(people: int, wobble: float = 0.0) -> str:
    lines = [
        (round(-2.8 + 0.4 * i + wobble * ((7 * i + 3 * j) % 11), 3), round(-2 + 0.3 * j, 2),
         10 + (i * j) % 40)
        for i in range(8) for j in range(9) if (i + j) % 5
    ]  # fmt: skip
    lines[0] = (*lines[0][:2], people)
    return rows("PC1_mid,PC2_mid,n", lines)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (squares(13), "pass"),
        (squares(2), "block"),
        # Places of people are on no grid.
        (squares(13, wobble=0.0137), "review"),
    ],
)
def test_squares_of_a_plane_are_named_by_their_middle(report, text, wanted):
    found = report(text, "density.csv", n=52_000)

    assert found.verdict.word == wanted


def annotation(column: str) -> str:
    lines = [
        (1, 3_333_414 + 90_001 * i, "A", "C", "intron_variant", f"{3 + i % 7}.{i % 9}", 1 + i % 7,
         1_460_380 + 2 * i)
        for i in range(40)
    ]  # fmt: skip
    return rows(f"CHROM,POS,REF,ALT,Consequence,CADD_PHRED,{column}AC,{column}AN", lines)


@pytest.mark.parametrize(
    ("column", "passes"),
    [("gnomADe_", True), ("gnomADg_", True), ("gnomAD_genomes_", True), ("", False),
     ("gnomADcases_", False)],
)  # fmt: skip
def test_counts_of_a_public_resource_are_known_by_its_name(report, column, passes):
    found = report(annotation(column), "vep.csv", kind="public-annotation", n=5000)

    assert (found.verdict.word == "pass") is passes


@pytest.mark.parametrize(
    ("head", "n", "wanted"),
    [
        ("centro;sexo;n;media_LDL;DE_LDL", 90, "pass"),
        ("centre;sexo;n;media_IMC;DP_IMC", 90, "pass"),
        ("centro;sesso;n;media_LDL;LDL_DS", 90, "pass"),
        ("centro;sexo;n;media_LDL;DE_LDL", 4, "block"),
        # No measure, so perhaps no deviation.
        ("centro;sexo;n;media_LDL;DE_casa", 90, "review"),
    ],
)
def test_deviations_are_known_by_two_letters_beside_a_measure(report, head, n, wanted):
    text = head + "\n" + "".join(
        f"{site};{sex};{n + 7 * i + j};3,{21 + i};0,{81 + j}\n"
        for i, site in enumerate(("Lund", "Tartu", "Praha", "Leiden")) for j, sex in enumerate("FM")
    )  # fmt: skip

    found = report(text, "ldl.csv", n=1640)

    assert found.verdict.word == wanted


def rounded(corner: str, sites: list[str], cell: int = 235, bands: str = "18-39,40-54,70+") -> str:
    lines = [(site, 455 - 5 * i, 465 + 10 * i, cell + 5 * i) for i, site in enumerate(sites)]
    return rows(f"{corner},{bands}", lines)


SITES = ["Helsinki", "Tartu", "Lund", "Barcelona", "Leiden", "Praha"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (rounded("site (n rounded to 5)", SITES), "pass"),
        (rounded("site (participants, rounded to the nearest 5)", SITES), "pass"),
        (rounded("site", SITES), "review"),
        # Not every cell is what the corner says.
        (rounded("site (n rounded to 5)", SITES, cell=237), "review"),
        (rounded("site (n rounded to 5)", SITES, cell=5), "block"),
        # What a person has, and people.
        (rounded("site (n rounded to 5)", SITES, bands="LDL,platelets,dose"), "review"),
        (rounded("site (n rounded to 5)", [f"P{i:03d}" for i in (7, 3, 12, 44, 9, 31)]), "review"),
    ],
)
def test_counts_are_rounded_where_the_corner_says_so_and_all_are(report, text, wanted):
    found = report(text, "counts.csv", n=5400)

    assert found.verdict.word == wanted
