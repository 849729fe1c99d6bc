"""Where the synthetic genomes vary, and what each allele does.

Genes lie where GRCh38 has them; the bases are drawn, not the reference's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# GRCh38 lengths of the chromosomes that the demo uses.
CONTIGS = {
    "chr1": 248_956_422,
    "chr2": 242_193_529,
    "chr6": 170_805_979,
    "chr7": 159_345_973,
    "chr10": 133_797_422,
    "chr11": 135_086_622,
    "chr16": 90_338_345,
    "chr19": 58_617_616,
    "chr22": 50_818_468,
    "chrX": 156_040_895,
    "chrY": 57_227_415,
    "chrM": 16_569,
}
# Pseudoautosomal region 1, where men have two alleles on chrX (1-based, inclusive).
PAR1 = (10_001, 2_781_479)


@dataclass(frozen=True)
class Gene:
    """A gene of the questions; ``start`` and ``end`` are 1-based and inclusive."""

    symbol: str
    chromosome: str
    start: int
    end: int
    ensembl: str
    transcript: str
    protein: str
    n_residues: int
    is_forward: bool
    neighbour: tuple[str, str]


GENES = {
    gene.symbol: gene
    for gene in (
        Gene("RYR1", "chr19", 38_433_691, 38_587_564, "ENSG00000196218", "NM_000540.3",
             "NP_000531.2", 5038, True, ("MAP4K1", "ENSG00000104814")),
        Gene("PTEN", "chr10", 87_863_113, 87_971_930, "ENSG00000171862", "NM_000314.8",
             "NP_000305.3", 403, True, ("KLLN", "ENSG00000227268")),
        Gene("BRAF", "chr7", 140_713_328, 140_924_929, "ENSG00000157764", "NM_004333.6",
             "NP_004324.2", 766, False, ("NDUFB2", "ENSG00000090266")),
        Gene("TLR7", "chrX", 12_867_072, 12_890_361, "ENSG00000196664", "NM_016562.4",
             "NP_057646.1", 1049, True, ("TLR8", "ENSG00000101916")),
    )
}  # fmt: skip


class Role(NamedTuple):
    """What the alternates of a site do, and how common they are."""

    consequences: tuple[str, ...]
    # "rare": a few carriers at most; "common": over 8 % in every population; "any": drawn.
    spectra: tuple[str, ...]
    tag: str = ""


@dataclass(frozen=True)
class Site:
    """One record of the VCF files."""

    chromosome: str
    position: int
    reference: str
    alternates: tuple[str, ...]
    role: Role
    gene: str = ""
    name: str = "."
    filter: str = "PASS"
    is_phased: bool = False
    only_in: str = ""


# The one site that no germline varies at: BRAF V600E, of tumours alone.
V600E = Site(
    "chr7", 140_753_336, "A", ("T",), Role(("missense_variant",), ("none",), "V600E"), "BRAF"
)
DAMAGING = frozenset(
    {
        "missense_variant",
        "stop_gained",
        "frameshift_variant",
        "splice_donor_variant",
        "splice_acceptor_variant",
    }
)
_DAMAGING_ROUND = (
    *("missense_variant",) * 6,
    "stop_gained",
    "frameshift_variant",
    "splice_donor_variant",
    "splice_acceptor_variant",
)
# gene -> how many sites of each kind: damaging and rare, synonymous and rare, others.
_COUNTS = {
    "RYR1": (40, 24, 250),
    "PTEN": (30, 16, 110),
    "BRAF": (12, 16, 130),
    "TLR7": (50, 16, 70),
}
_BACKGROUND = {
    "chr1": 500, "chr2": 400, "chr6": 350, "chr11": 300, "chr16": 200, "chr22": 500,
    "chrX": 140, "chrY": 30, "chrM": 30,
}  # fmt: skip

# Sites with a part of their own in the plants and the truth.
TWO_ALTERNATES = "RYR1 two alternates"
COMMON_MISSENSE = "common missense"
TRAIT = "height"
ONE_DATASET = "first dataset only"


def draw(rng: np.random.Generator, first_dataset: str) -> list[Site]:
    """Draw every site, sorted as in the files."""
    found = [site for gene in GENES.values() for site in _gene_sites(rng, gene)]
    for chromosome, count in _BACKGROUND.items():
        found += _background(rng, chromosome, count, first_dataset)
    order = list(CONTIGS)
    return sorted(found, key=lambda site: (order.index(site.chromosome), site.position))


def _roles(gene: Gene) -> list[Role]:
    damaging, synonymous, others = _COUNTS[gene.symbol]
    roles = [Role((_DAMAGING_ROUND[i % 10],), ("rare",)) for i in range(damaging)]
    roles += [Role(("synonymous_variant",), ("rare",))] * synonymous
    roles += [Role(("missense_variant",), ("common",), COMMON_MISSENSE)] * 2
    roles += [Role(("synonymous_variant",), ("any",))] * (others // 8)
    roles += [Role(("intron_variant", "intron_variant"), ("any", "any"))] * (others // 30)
    roles += [Role(("intron_variant",), ("any",))] * (others - others // 8 - others // 30)
    if gene.symbol == "RYR1":
        pair = ("synonymous_variant", "missense_variant")
        roles.append(Role(pair, ("common", "rare"), TWO_ALTERNATES))
    return roles


def _gene_sites(rng: np.random.Generator, gene: Gene) -> list[Site]:
    roles = _roles(gene)
    places = rng.permutation(_places(rng, gene.start, gene.end, len(roles)))
    return [
        Site(gene.chromosome, int(place), *_alleles(rng, role), role, gene.symbol)
        for place, role in zip(places, roles, strict=True)
    ]


def _places(rng: np.random.Generator, start: int, end: int, count: int) -> list[int]:
    """Draw positions at least twelve bases apart, so that no two records overlap."""
    slots = rng.choice((end - start) // 12, size=count, replace=False)
    return [start + 12 * int(slot) for slot in np.sort(slots)]


def _alleles(rng: np.random.Generator, role: Role) -> tuple[str, tuple[str, ...]]:
    bases = [str(base) for base in rng.permutation(list("ACGT"))]
    if "frameshift_variant" in role.consequences:
        return "".join(bases[:2]), (bases[0],)
    return bases[0], tuple(bases[1 : 1 + len(role.consequences)])


def _background(
    rng: np.random.Generator, chromosome: str, count: int, first_dataset: str
) -> list[Site]:
    end = CONTIGS[chromosome] - 20_000 if chromosome != "chrM" else CONTIGS[chromosome] - 20
    start = 200 if chromosome == "chrM" else 20_000_000
    start = 3_000_000 if chromosome == "chrY" else start
    places = _places(rng, start, min(end, 26_000_000) if chromosome == "chrY" else end, count)
    if chromosome == "chrX":
        places[:20] = _places(rng, PAR1[0] + 50_000, PAR1[1] - 20, 20)
    return [
        _background_site(rng, chromosome, place, number, first_dataset)
        for number, place in enumerate(places)
    ]


def _background_site(
    rng: np.random.Generator, chromosome: str, place: int, number: int, first_dataset: str
) -> Site:
    reference, alternates, role = _background_alleles(rng, chromosome, number)
    is_first = chromosome == "chr22" and number in (10, 11, 12)
    if is_first:
        role = role._replace(tag=ONE_DATASET)
    return Site(
        chromosome,
        place,
        reference,
        alternates,
        role,
        name=f"syn{chromosome[3:]}_{place}" if number % 3 == 0 else ".",
        filter="LowQual" if number % 97 == 5 and chromosome != "chr22" else "PASS",
        is_phased=chromosome == "chr22",
        only_in=first_dataset if is_first else "",
    )


def _background_alleles(
    rng: np.random.Generator, chromosome: str, number: int
) -> tuple[str, tuple[str, ...], Role]:
    """Most are single-base changes; the rest of what a VCF file may hold is among them."""
    bases = [str(base) for base in rng.permutation(list("ACGT"))]
    one = Role(("intergenic_variant",), ("any",))
    two = Role(("intergenic_variant",) * 2, ("any", "any"))
    if chromosome == "chr1" and number in (1, 2, 3):
        return bases[0], (), Role((), ())  # assessed, and no alternate: ALT is "."
    if chromosome == "chr2" and number == 7:
        return bases[0], (bases[1], "*"), two
    if chromosome == "chr2" and number == 9:
        return bases[0], ("<DEL>",), one
    if chromosome == "chr22" and number in (10, 11, 12, 20, 21, 22):
        tag = TRAIT if number == 20 else ""
        return bases[0], (bases[1],), Role(("intergenic_variant",), ("common",), tag)
    if number % 53 == 17:
        return bases[0], (bases[1],), Role(("intergenic_variant",), ("none",))
    if number % 31 == 8 and chromosome not in ("chrY", "chrM"):
        return bases[0], (bases[1], bases[2]), two
    if number % 12 == 4:
        return "".join(bases[: 2 + number % 3]), (bases[0],), one
    if number % 12 == 7:
        return bases[0], ("".join(bases[: 2 + number % 3]),), one
    return bases[0], (bases[1],), one
