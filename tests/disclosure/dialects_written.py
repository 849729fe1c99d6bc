"""Results of a genome-wide study as each program writes them, made of one synthetic study."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm


@dataclass(frozen=True)
class Study:
    """A study of n people at m variants, whose rarer alleles are as common as is asked."""

    n: int
    maf: NDArray[np.float64]
    seed: int = 7

    @property
    def m(self) -> int:
        return self.maf.size

    def rows(self) -> Iterable[dict[str, object]]:
        random = np.random.default_rng(self.seed)
        bases = np.array([["A", "G"], ["C", "T"], ["A", "C"], ["G", "T"]])
        z = random.normal(size=self.m)
        for i, maf in enumerate(self.maf):
            a1, a2 = bases[random.integers(4)]
            se = 1 / np.sqrt(2 * self.n * maf * (1 - maf))
            cases = self.n // 3
            yield {
                "chr": 1 + i * 22 // self.m, "pos": 10_000 + 2_903 * i, "rs": f"rs{1000 + 37 * i}",
                "a1": a1, "a2": a2, "af": maf, "n": self.n, "beta": z[i] * se, "se": se, "z": z[i],
                "p": 2 * norm.sf(abs(z[i])), "or": np.exp(z[i] * se * 2.1), "lse": se * 2.1,
                "cases": cases, "controls": self.n - cases, "info": 0.9 + 0.1 * random.random(),
                "ac": round(2 * self.n * maf), "an": 2 * self.n, "i": i + 1,
                "het": 2 * maf * (1 - maf) * self.n, "hom": maf**2 * self.n,
                "ref": (1 - maf) ** 2 * self.n,
                "locus": f"chr{1 + i * 22 // self.m}:{10_000 + 2_903 * i}",
                "signs": "".join(random.choice(["+", "-"], 3, p=_toward(z[i]))),
            }  # fmt: skip


def _toward(z: float) -> list[float]:
    return [0.8, 0.2] if z > 0 else [0.2, 0.8]


def common(n: int, m: int) -> Study:
    """Return a study of variants of 5 to 50 percent."""
    return Study(n, np.random.default_rng(3).uniform(0.05, 0.5, m))


def with_rare(n: int, m: int, copies: int = 3) -> Study:
    """Return a study in which a tenth of the variants have a few copies of the rarer allele."""
    maf = np.random.default_rng(3).uniform(0.05, 0.5, m)
    maf[::10] = copies / (2 * n)
    return Study(n, maf)


Write = Callable[[Study], str]


def _lines(header: str, row: str, study: Study, delimiter: str = "\t") -> str:
    cells = [cell.split("=") for cell in row.split()]
    out = io.StringIO()
    out.write(delimiter.join(header.split()) + "\n")
    for told in study.rows():
        said = []
        for name, *form in cells:
            if name not in told:
                said.append(name)
            elif form:
                said.append(format(told[name], form[0]))
            else:
                value = told[name]
                said.append(f"{value:.6g}" if isinstance(value, float) else str(value))
        out.write(delimiter.join(said) + "\n")
    return out.getvalue()


def _of(header: str, row: str, delimiter: str = "\t", above: str = "") -> Write:
    return lambda study: above + _lines(header, row, study, delimiter)


def _spaced(header: str, row: str) -> Write:
    def write(study: Study) -> str:
        rows = [line.split("\t") for line in _lines(header, row, study).splitlines()]
        widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
        return "".join(
            "".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) + "\n"
            for row in rows
        )

    return write


_SNPTEST = (
    "alternate_ids rsid chromosome position alleleA alleleB index average_maximum_posterior_call"
    " info cohort_1_AA cohort_1_AB cohort_1_BB cohort_1_NULL all_AA all_AB all_BB all_NULL"
    " all_total all_maf missing_data_proportion cohort_1_hwe frequentist_add_pvalue"
    " frequentist_add_info frequentist_add_beta_1 frequentist_add_se_1"
)

# Programs that say how common an allele is.
WITH_FREQUENCIES: dict[str, Write] = {
    "plink2 linear with frequencies": _of(
        "#CHROM POS ID REF ALT PROVISIONAL_REF? A1 OMITTED A1_FREQ TEST OBS_CT BETA SE L95 U95"
        " T_STAT P ERRCODE",
        "chr pos rs a2 a1 N a1 a2 af ADD n beta se beta beta z p .",
    ),
    "plink2 hybrid": _of(
        "#CHROM POS ID REF ALT A1 A1_CASE_FREQ A1_CTRL_FREQ A1_FREQ MACH_R2 FIRTH? TEST OBS_CT OR"
        " LOG(OR)_SE Z_STAT P ERRCODE",
        "chr pos rs a2 a1 a1 af af af info N ADD n or lse z p .",
    ),
    "plink2 afreq": _of("#CHROM ID REF ALT ALT_FREQS OBS_CT", "chr rs a2 a1 af an"),
    "plink2 acount": _of("#CHROM ID REF ALT ALT_CTS OBS_CT", "chr rs a2 a1 ac an"),
    "plink 1.9 frq": _spaced("CHR SNP A1 A2 MAF NCHROBS", "chr rs a1 a2 af an"),
    "plink 1.9 frq.cc": _spaced(
        "CHR SNP A1 A2 MAF_A MAF_U NCHROBS_A NCHROBS_U", "chr rs a1 a2 af af cases controls"
    ),
    "regenie": _of(
        "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ INFO N TEST BETA SE CHISQ LOG10P EXTRA",
        "chr pos rs a2 a1 af info n ADD beta se info info NA", " ",
    ),
    "regenie binary": _of(
        "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ A1FREQ_CASES A1FREQ_CONTROLS INFO N N_CASES"
        " N_CONTROLS TEST BETA SE CHISQ LOG10P EXTRA",
        "chr pos rs a2 a1 af af af info n cases controls ADD beta lse info info NA", " ",
    ),
    "SAIGE": _of(
        "CHR POS MarkerID Allele1 Allele2 AC_Allele2 AF_Allele2 imputationInfo BETA SE Tstat var"
        " p.value p.value.NA Is.SPA AF_case AF_ctrl N_case N_ctrl",
        "chr pos rs a2 a1 ac af info beta lse z info p p false af af cases controls",
    ),
    "BOLT-LMM": _of(
        "SNP CHR BP GENPOS ALLELE1 ALLELE0 A1FREQ INFO CHISQ_LINREG P_LINREG BETA SE"
        " CHISQ_BOLT_LMM_INF P_BOLT_LMM_INF CHISQ_BOLT_LMM P_BOLT_LMM",
        "rs chr pos info a1 a2 af info info p beta se info p info p",
    ),
    "METAL": _of(
        "MarkerName Allele1 Allele2 Freq1 FreqSE MinFreq MaxFreq Effect StdErr P-value Direction"
        " HetISq HetChiSq HetDf HetPVal",
        "rs a1 a2 af info af af beta se p signs info info 2 p",
    ),
    "METAL by sample size": _of(
        "MarkerName Allele1 Allele2 Freq1 FreqSE Weight Zscore P-value Direction",
        "rs a1 a2 af info n=.2f z p signs",
    ),
    "SNPTEST": _of(
        _SNPTEST,
        "rs rs chr pos a2 a1 i info info ref het hom 0 ref het hom 0 n af 0 info p info beta se",
        " ", "# Analysis: \"SNPTEST_v2.5.6\"\n#  started: 2026-03-02 10:11:12\n# \n",
    ),
    "GCTA mlma": _of("Chr SNP bp A1 A2 Freq b se p", "chr rs pos a1 a2 af beta se p"),
    "GCTA cojo input": _of("SNP A1 A2 freq b se p N", "rs a1 a2 af beta se p n", " "),
    "GCTA cojo": _of(
        "Chr SNP bp refA freq b se p n freq_geno bJ bJ_se pJ LD_r",
        "chr rs pos a1 af beta se p n=.1f af beta se p info",
    ),
    "fastGWA": _of(
        "CHR SNP POS A1 A2 N AF1 BETA SE P INFO", "chr rs pos a1 a2 n af beta se p info"
    ),
    "fastGWA-GLMM": _of(
        "CHR SNP POS A1 A2 N AF1 T SE_T P_noSPA BETA SE P CONVERGE",
        "chr rs pos a1 a2 n af z info p beta lse p 1",
    ),
    "GWAS-SSF": _of(
        "chromosome base_pair_location effect_allele other_allele beta standard_error"
        " effect_allele_frequency p_value variant_id rsid info n ci_upper ci_lower",
        "chr pos a1 a2 beta se af p rs rs info n beta beta",
    ),
    "GWAS-SSF of odds ratios": _of(
        "chromosome base_pair_location effect_allele other_allele odds_ratio standard_error"
        " effect_allele_frequency neg_log_10_p_value rsid n num_cases num_controls",
        "chr pos a1 a2 or lse af info rs n cases controls",
    ),
    "SMR of variants": _of(
        "probeID ProbeChr Gene Probe_bp topSNP topSNP_chr topSNP_bp A1 A2 Freq b_GWAS se_GWAS"
        " p_GWAS b_eQTL se_eQTL p_eQTL b_SMR se_SMR p_SMR p_HEIDI nsnp_HEIDI",
        "ENSG00000130203 chr APOE pos rs chr pos a1 a2 af beta se p beta se p beta se p p 12",
    ),
    "finemap": _of(
        "index rsid chromosome position allele1 allele2 maf beta se z prob log10bf mean sd",
        "i rs chr pos a1 a2 af beta se z p z beta se", " ",
    ),
    "GWAMA": _of(
        "rs_number reference_allele other_allele eaf beta se beta_95L beta_95U z p-value"
        " _-log10_p-value q_statistic q_p-value i2 n_studies n_samples effects",
        "rs a1 a2 af beta se beta beta z p info info p info 3 n signs",
    ),
    "VCFtools": lambda study: (
        "CHROM\tPOS\tN_ALLELES\tN_CHR\t{ALLELE:FREQ}\n"
        + "".join(
            f"{r['chr']}\t{r['pos']}\t2\t{r['an']}\t{r['a2']}:{1 - float(str(r['af'])):.6f}"
            f"\t{r['a1']}:{r['af']:.6f}\n" for r in study.rows()
        )
    ),
    "QCTOOL": _of(
        "alternate_ids rsid chromosome position alleleA alleleB comment HW_exact_p_value"
        " HW_lrt_p_value alleleA_frequency alleleB_frequency minor_allele_frequency info"
        " impute_info missing_proportion AA AB BB NULL total",
        "rs rs chr pos a2 a1 NA p p af af af info info 0 ref het hom 0 n", " ",
    ),
    "Hail linear regression": _of(
        "locus alleles rsid n sum_x y_transpose_x beta standard_error t_stat p_value",
        "locus [\"A\",\"G\"] rs n ac z beta se z p",
    ),
    "INFO of a VCF": _of("CHROM POS REF ALT INFO/AF INFO/AN INFO/AC", "chr pos a2 a1 af an ac"),
    "frequencies by population": _of(
        "rsid EST FIN n_EST n_FIN", "rs af af n n", ",",
    ),
    "frequencies in AF and AN": _of(
        "variant_id ref alt AF_eur AN_eur AF_afr AN_afr", "rs a2 a1 af an af an",
    ),
}  # fmt: skip

# Programs that say only how uncertain an effect is, or how far from 0.
WITHOUT_FREQUENCIES: dict[str, Write] = {
    "METASOFT": _of(
        "RSID #STUDY PVALUE_FE BETA_FE STD_FE PVALUE_RE BETA_RE STD_RE I_SQUARE Q PVALUE_Q"
        " TAU_SQUARE",
        "rs 3 p beta se p beta se info info p info",
    ),
    "plink2 linear": _of(
        "#CHROM POS ID REF ALT A1 TEST OBS_CT BETA SE T_STAT P ERRCODE",
        "chr pos rs a2 a1 a1 ADD n beta se z p .",
    ),
    "plink2 logistic": _of(
        "#CHROM POS ID REF ALT A1 FIRTH? TEST OBS_CT OR LOG(OR)_SE Z_STAT P ERRCODE",
        "chr pos rs a2 a1 a1 N ADD n or lse z p .",
    ),
    "plink 1.9 qassoc": _spaced(
        "CHR SNP BP NMISS BETA SE R2 T P", "chr rs pos n beta se info z p"
    ),
    "LDSC sumstats": _of("SNP A1 A2 Z N", "rs a1 a2 z=.3f n=.3f"),
}  # fmt: skip
