"""Why the rules about genomes are there, with an example of what each finds and leaves alone."""

from __future__ import annotations

from gdi_spe.disclosure.rules.examples import AF, COUNTS, Entry, Example, lines

_MATRIX = lines(
    ",".join(f"v{i}" for i in range(24)),
    [",".join(str((i * j + i + j // 3) % 3) for j in range(24)) for i in range(40)],
)
_LIST = lines("rsid,genotype", [f"rs{i},{('AA', 'AG', 'GG')[i % 3]}" for i in range(30)])
_MANY = lines("SNP,AF,N", [f"rs{i},0.{25 + i % 50},300" for i in range(9000)])
_NAMED = "chromosome,position,reference,alternate,allele_count,allele_number,allele_frequency,"
_FREQUENCIES = f"{_NAMED}n_individuals\nchr1,100,A,G,400,4000,0.1,2000\n"


def _of_chance(chance: float, p: float) -> str:
    """Mark the genotype that a person has with such a chance."""
    return "abc"[(chance > (1 - p) ** 2) + (chance > 1 - p**2)]


GENOMIC: dict[str, Entry] = {
    "GEN101": Entry(
        "Genotype matrix", "A genotype matrix is people's genomes, whatever its cells are called.",
        Example(_MATRIX), AF,
    ),
    "GEN102": Entry("List of genotypes", "A list of genotypes is a genome.", Example(_LIST), AF),
    "GEN103": Entry(
        "Sequences", "A stretch of bases can belong to one person alone.",
        Example("see " + "ACGT" * 20 + "\n", "t.txt"), COUNTS,
    ),
    "GEN104": Entry(
        "Genotype probabilities", "Three chances of each person are that person's genotype.",
        Example("".join(
            f"7 rs{i} {1000 + i} A G " + " ".join(
                "0.9 0.08 0.02" if (i * j) % 3 else "0.05 0.05 0.9" for j in range(12)) + "\n"
            for i in range(12)), "t.gen"),
        COUNTS,
    ),
    "GEN111": Entry(
        "One genome in another column", "Genotypes are one person's under any name and marks.",
        Example(lines("rsid,AF,beta,se,p,N,tier", [
            f"rs{1000 + i},{0.05 + 0.45 * (i % 100) / 100:.3f},0.01,0.02,0.6,40000,"
            + _of_chance((i * 61 % 97) / 97, 0.05 + 0.45 * (i % 100) / 100)
            for i in range(400)])),
        AF,
    ),
    "GEN112": Entry(
        "Frequencies that are copies", "No, one and two copies are a genotype, divided or not.",
        Example(lines("rsid,AC,AN", [f"rs{i},{100 + 100 * (i * i % 3)},400" for i in range(60)])),
        AF,
    ),
    "GEN105": Entry(
        "One genome", "Variants with zygosity, or the parent they are from, are one person's.",
        Example("gene,variant,zygosity,inheritance\nPMM2,16:8811146:G:A,het,maternal\n"
                "BRCA2,13:32340300:GT:G,het,de novo\n"),
        Example("gene,n_carriers\nPMM2,40\nBRCA2,31\n"),
    ),
    "GEN106": Entry(
        "Profiles of people", "The alleles of a few loci single a person out.",
        Example(lines("D3S1358,vWA,FGA,D8S1179", [f"{i % 7 + 9}/15,16/17,{i}/22,13/{i % 5 + 9}"
                                                  for i in range(10, 30)])),
        COUNTS,
    ),
    "GEN107": Entry(
        "Carriers by number", "The place of a person in a file is a name for that person.",
        Example(lines("variant,carriers", [f"rs{i},{i};{i + 7};{2 * i + 30}"
                                           for i in range(1, 20)])),
        Example("variant,n_carriers\nrs1,40\nrs2,31\n"),
    ),
    "GEN108": Entry(
        "Genotypes one cell a row", "A matrix of genotypes can be written in any order.",
        Example(lines("i,j,x", [f"{i},{j},{(i * j + i) % 3}" for i in range(20)
                                for j in range(12)])),
        COUNTS,
    ),
    "GEN109": Entry(
        "Variants counted by genome", "How many variants each genome has is told of each person.",
        Example(lines("name,n_snvs", [f"{a},{4012345 + 7001 * (i * 5 % 7)}" for i, a in
                                      enumerate(("elm", "oak", "ash", "fir", "yew", "pine"))])),
        Example("consequence,n_variants\nmissense,88012\nsynonymous,51230\n"),
    ),
    "GEN110": Entry(
        "Variants that may be counted by genome",
        "Groups differ in how many variants they have; single genomes hardly do.",
        Example(lines("name,n_variants", [f"{a},{21345 + 101 * (i * 5 % 7)}" for i, a in enumerate(
            ("elm", "oak", "ash", "fir", "yew", "pine", "larch", "rowan", "maple"))])),
        Example("consequence,n_variants\nmissense,88012\nsynonymous,51230\n"),
    ),
    "GEN201": Entry(
        "Rare alleles", "Few copies of an allele are few carriers, and often one family.",
        Example("SNP,allele_count,allele_number\nrs1,3,4000\nrs2,900,4000\n"), AF,
        ("genomic.minimum_allele_count",),
    ),
    "GEN206": Entry(
        "Rare alleles by frequency", "A frequency and the number of chromosomes are a count.",
        Example("CHR,SNP,A1,A2,MAF,NCHROBS\n1,rs1,A,G,0.0003,4000\n1,rs2,A,G,0.2,4000\n"), AF,
        ("genomic.minimum_allele_count",),
    ),
    "GEN205": Entry(
        "List of carried alleles",
        "That somebody among few people carries each of many rare alleles tells who they are.",
        Example("".join(f"1:{1000 + 991 * i}:A:G\n" for i in range(4000)), n_individuals=60),
        AF, ("genomic.large_cohort", "genomic.membership_power_review",
              "genomic.least_answers_blocked"),
    ),
    "GEN207": Entry(
        "Alleles said to be absent",
        "No member carries an allele that is absent, and others do: many tell who is none.",
        Example("variant,seen\n" + "".join(f"1:{1000 + 991 * i}:A:G,{'no' if i % 2 else 'yes'}\n"
                                           for i in range(8000)), n_individuals=60),
        AF, ("genomic.large_cohort", "genomic.membership_false_positive_rate",
              "genomic.least_answers_blocked"),
    ),
    "GEN208": Entry(
        "Frequencies that are counts", "Two releases of counts, one person apart, are a genome.",
        Example(lines("SNP,AF", [f"rs{i},{(300 + i) / 1600:.5f}" for i in range(30)]),
                n_individuals=800),
        AF, ("genomic.exact_frequencies", "genomic.large_cohort"),
    ),
    "GEN202": Entry(
        "Membership",
        "With many frequencies of few people, whoever has a genome can tell that its owner is "
        "among them: d' = sqrt(M / N), power = Phi(d' - z). Two arms, effects on a trait, and "
        "rounding change d'; linkage counts in full, because a reference panel undoes it.",
        Example(_MANY, n_individuals=300), AF,
        ("genomic.membership_power_review", "genomic.membership_power_block",
         "genomic.membership_false_positive_rate", "genomic.membership_reference_people",
         "genomic.membership_trait_deviations", "genomic.large_cohort"),
    ),
    "GEN301": Entry(
        "Linkage of few people", "Linkage and frequencies of few people give their haplotypes.",
        Example(
            lines("," + ",".join(f"rs{i}" for i in range(6)),
                   [f"rs{i}," + ",".join("1" if i == j else "0.25" for j in range(6))
                    for i in range(6)]),
            n_individuals=200,
        ),
        AF, ("genomic.large_cohort",),
    ),
    "GEN203": Entry(
        "Not a table of frequencies", "Counts, numbers and frequencies must fit each other.",
        Example(_FREQUENCIES.replace("0.1", "0.3"), kind="allele-frequencies"),
        Example(_FREQUENCIES, kind="allele-frequencies"),
    ),
    "GEN204": Entry(
        "Frequencies of few people", "Frequencies of few people are their genotypes.",
        Example(_FREQUENCIES.replace("400,4000,0.1,2000", "6,12,0.5,6"), kind="allele-frequencies"),
        Example(_FREQUENCIES, kind="allele-frequencies"), ("counts.minimum",),
    ),
}  # fmt: skip
