"""Statistics of variants: what passes, what a person sees, what is blocked."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import numpy as np
import pandas as pd

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items, rng

# The same columns as different programs name them.
NAMES = {
    "plain": ["CHR", "POS", "SNP", "A1", "A2", "EAF", "BETA", "SE", "P", "N"],
    "ssf": ["chromosome", "base_pair_location", "rsid", "effect_allele", "other_allele", "effect_allele_frequency", "beta", "standard_error", "p_value", "n"],
    "regenie": ["CHROM", "GENPOS", "ID", "ALLELE1", "ALLELE0", "A1FREQ", "BETA", "SE", "P", "N"],
    "plink2": ["#CHROM", "POS", "ID", "A1", "REF", "A1_FREQ", "BETA", "SE", "P", "OBS_CT"],
    "saige": ["CHR", "POS", "MarkerID", "Allele2", "Allele1", "AF_Allele2", "BETA", "SE", "p.value", "N"],
    "bolt": ["CHR", "BP", "SNP", "ALLELE1", "ALLELE0", "A1FREQ", "BETA", "SE", "P_BOLT_LMM", "N"],
    "gcta": ["Chr", "bp", "SNP", "A1", "A2", "freq", "b", "se", "p", "N"],
    "metal": ["Chromosome", "Position", "MarkerName", "Allele1", "Allele2", "Freq1", "Effect", "StdErr", "P-value", "TotalSampleSize"],
    "snptest": ["chromosome", "position", "rsid", "alleleA", "alleleB", "maf", "beta", "se", "pvalue", "sample_size"],
    "hail": ["contig", "position", "rsid", "alt", "ref", "af", "beta", "standard_error", "p_value", "n"],
    "finngen": ["#chrom", "pos", "rsids", "alt", "ref", "af_alt", "beta", "sebeta", "pval", "n"],
    "ours": ["chromosome", "position", "variant_id", "alternate", "reference", "allele_frequency", "effect", "standard_error", "p_value", "n_individuals"],
}  # fmt: skip


def gwas(m: int, n: int, seed: int, how: str = "plain", low: float = 0.05) -> pd.DataFrame:
    pick = rng(seed)
    frequency = pick.uniform(low, 0.5, m)
    error = 1 / np.sqrt(2 * n * frequency * (1 - frequency))
    effect = pick.normal(size=m) * error
    table = pd.DataFrame({
        0: pick.integers(1, 23, m), 1: np.sort(pick.integers(1, 240_000_000, m)), 2: [f"rs{100_000 + i}" for i in range(m)],
        3: "A", 4: "G", 5: frequency.round(4), 6: effect.round(5), 7: error.round(5), 8: pick.uniform(size=m).round(6), 9: n,
    })  # fmt: skip
    return table.set_axis(NAMES[how], axis=1)


def statistics() -> Items:
    for seed, how in enumerate(NAMES):
        fine = gwas(400, 50_000, seed, how)
        form = ("tsv", "csv", "parquet", "tsv")[seed % 4]
        yield Item(f"gwas-{how}", "pass", {f"g.{form}": kit.ROWS[form](fine)}, n=50_000, m=400)
        small = gwas(20_000, 300, seed, how)
        yield Item(
            f"gwas-small-{how}", "block", {"g.tsv.gz": kit.gz(kit.tsv(small))}, n=300, m=20_000
        )
    yield Item("gwas-large", "pass", {"g.tsv": kit.tsv(gwas(5000, 200_000, 50))}, n=200_000, m=5000)
    yield Item(
        "gwas-wide",
        "review",
        {"g.tsv.gz": kit.gz(kit.tsv(gwas(60_000, 20_000, 51)))},
        n=20_000,
        m=60_000,
    )
    bare = gwas(20_000, 300, 52)[["SNP", "BETA", "SE", "P"]]
    yield Item("betas-small", "block", {"g.csv": kit.csv(bare)}, n=300, m=20_000)
    ratio = (
        gwas(20_000, 300, 53).assign(OR=lambda t: np.exp(t.BETA)).drop(columns=["BETA", "EAF", "N"])
    )
    yield Item("odds-small", "block", {"g.csv": kit.csv(ratio)}, n=300, m=20_000)
    spaced = gwas(300, 50_000, 54)
    yield Item("gwas-spaces", "pass", {"g.assoc": kit.spaces(spaced)}, n=50_000, m=300)
    rare = gwas(300, 5000, 55).assign(EAF=0.0002, AC=2, AN=10_000)
    yield Item("gwas-singletons", "review", {"g.tsv": kit.tsv(rare)}, n=5000, m=300)
    hits = gwas(40, 50_000, 56).assign(P=lambda t: t.P * 1e-9)
    yield Item("lead-variants", "pass", {"hits.csv": kit.csv(hits)}, n=50_000, m=40)
    yield Item("lead-xlsx", "pass", {"hits.xlsx": kit.excel(hits)}, n=50_000, m=40)
    yield Item("lead-md", "pass", {"hits.md": kit.markdown(hits.head(10))}, n=50_000, m=40)
    yield Item("lead-tex", "pass", {"hits.tex": kit.latex(hits.head(10))}, n=50_000, m=40)


def frequencies() -> Items:
    for n, m, wanted in (
        (2000, 200, "pass"),
        (1200, 400, "pass"),
        (40_000, 3000, "pass"),
        (300, 9000, "block"),
        (100, 5000, "block"),
        (50, 2000, "block"),
        (5, 40, "block"),
        (2000, 5000, "review"),
    ):
        table = gwas(m, n, n + m)[["CHR", "POS", "A1", "A2", "EAF"]].rename(columns={"EAF": "AF"})
        for form in ("csv", "tsv", "parquet"):
            yield Item(
                f"af-{n}-{m}-{form}", wanted, {f"af.{form}": kit.ROWS[form](table.copy())}, n=n, m=m
            )
    pick = rng(3)
    for n in (2000, 8000):
        f = pick.uniform(0.12, 0.5, 60)
        counts = pd.DataFrame(
            {
                "variant": [f"1:{1000 + i}:A:G" for i in range(60)],
                "n_hom_ref": np.round(n * (1 - f) ** 2).astype(int),
                "n_het": np.round(2 * n * f * (1 - f)).astype(int),
            }
        )
        counts["n_hom_alt"] = n - counts.n_hom_ref - counts.n_het
        yield Item(f"genotype-counts-{n}", "pass", {"c.csv": kit.csv(counts)}, n=n, m=60)
        few = counts.copy()
        few.loc[3, ["n_hom_ref", "n_het", "n_hom_alt"]] = [n - 4, 3, 1]
        yield Item(f"genotype-counts-few-{n}", "block", {"c.csv": kit.csv(few)}, n=n, m=60)
    af = gwas(400, 1200, 7)[["SNP", "EAF"]].rename(columns={"EAF": "AF"})
    exact = af.assign(AF=np.round(af.AF * 2400) / 2400)
    minus = exact.assign(AF=(exact.AF * 2400 - rng(8).integers(0, 3, 400)) / 2398)
    for form in ("csv", "parquet"):
        yield Item(
            f"af-minus-one-{form}",
            "block",
            {f"af.{form}": kit.ROWS[form](minus.copy())},
            n=1199,
            m=400,
            prior={"old.csv": kit.csv(exact)},
        )
    groups = pd.concat(
        [
            gwas(30, 2000, i)[["CHR", "POS", "A2", "A1", "EAF"]].assign(population=p)
            for i, p in enumerate(("FIN", "EST", "SWE"))
        ]
    )
    yield Item("af-by-population", "pass", {"af.csv": kit.csv(groups)}, n=2500, m=30)
    sites = "\n".join(f"{1 + i % 22}:{1000 * i + 7}:A:G present" for i in range(400))
    yield Item("beacon-small", "review", {"b.txt": sites.encode()}, n=50, m=400)
    yield Item(
        "beacon-csv",
        "review",
        {"b.csv": ("variant,present\n" + sites.replace(" present", ",true")).encode()},
        n=50,
        m=400,
    )


def structure() -> Items:
    loadings = pd.DataFrame(
        rng(1).normal(size=(400, 4)).round(5),
        columns=["PC1", "PC2", "PC3", "PC4"],
        index=[f"rs{i + 1000}" for i in range(400)],
    )
    yield Item("loadings", "review", {"l.csv": kit.csv(loadings, index=True)}, n=1200, m=400)
    weights = gwas(120, 20_000, 9)[["SNP", "A1", "BETA"]].set_axis(
        ["rsID", "effect_allele", "effect_weight"], axis=1
    )
    head = b"###PGS CATALOG SCORING FILE\n#format_version=2.0\n#pgs_id=PGS000018\n#genome_build=GRCh38\n"
    yield Item("weights-own", "review", {"w.txt": kit.tsv(weights)}, n=20_000, m=120)
    yield Item(
        "weights-public",
        "pass",
        {"PGS000018.txt": head + kit.tsv(weights)},
        n=20_000,
        m=120,
        declared="public-weights",
    )
    for n, wanted in ((20, "block"), (200, "review"), (5000, "pass")):
        names = [f"rs{i + 50}" for i in range(12)]
        linkage = pd.DataFrame(
            np.corrcoef(rng(n).normal(size=(12, 30))).round(4), columns=names, index=names
        )
        yield Item(f"linkage-{n}", wanted, {"ld.csv": kit.csv(linkage, index=True)}, n=n, m=12)
        yield Item(
            f"linkage-bare-{n}",
            "review" if n > 1000 else "block",
            {"ld.tsv": kit.tsv(linkage)},
            n=n,
            m=12,
        )
    burden = pd.DataFrame(
        {
            "gene": ["RYR1", "TLR7", "APOB", "LDLR"],
            "n_carriers": [120, 88, 45, 31],
            "beta": 0.1,
            "se": 0.05,
            "p": [0.02, 0.3, 0.5, 0.7],
        }
    )
    yield Item("burden", "pass", {"b.csv": kit.csv(burden)}, n=5000)
    yield Item(
        "burden-few", "review", {"b.csv": kit.csv(burden.assign(n_carriers=[3, 88, 45, 2]))}, n=5000
    )
    degrees = pd.DataFrame(
        {"relationship": ["unrelated", "third", "second", "first"], "pairs": [719_000, 220, 45, 12]}
    )
    yield Item("kinship-counts", "pass", {"k.csv": kit.csv(degrees)}, n=1200)
    pips = pd.DataFrame(
        {
            "variant": [f"rs{i}" for i in range(30)],
            "pip": rng(2).uniform(0, 0.3, 30).round(3),
            "credible_set": 1,
        }
    )
    yield Item("fine-mapping", "pass", {"f.csv": kit.csv(pips)}, n=50_000, m=30)
    coloc = pd.DataFrame(
        {
            "locus": ["1p13", "6q25"],
            "PP.H0": 0.01,
            "PP.H1": 0.02,
            "PP.H2": 0.02,
            "PP.H3": 0.05,
            "PP.H4": 0.9,
        }
    )
    yield Item("colocalisation", "pass", {"c.csv": kit.csv(coloc)}, n=50_000)


MAKERS = (statistics, frequencies, structure)
