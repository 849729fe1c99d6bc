"""What programs of statistical genetics call their columns, as data.

A name is understood when each of its words is: one says what the numbers are, the others only of
which test, group or model. Names that mean something else in one program's files than elsewhere
(EIGENSOFT numbers its axes under "N") are read by the names that stand beside them.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table

# What numbers are: the word for it, and the name under which the rules know it.
_HEADS: dict[str, str] = {
    **dict.fromkeys(("beta", "b", "bj", "bc", "effect", "eff", "coefficient", "coef", "or", "logor",
                     "oddsratio", "estimate", "hr", "loghr", "lnor"), "beta"),
    **dict.fromkeys(("se", "stderr", "sebeta", "stdse", "std_err", "sej"), "se"),
    **dict.fromkeys(("p", "pval", "pvalue", "pvals", "pj", "pc", "log10p", "mlogp", "mlog10p",
                     "logp", "nlogp", "nlog10p", "neglog10p", "fdr", "bonferroni", "qval", "qvalue",
                     "permp", "pvalues"), "p"),
    **dict.fromkeys(("z", "t", "chisq", "chi2", "stat", "tstat", "zstat", "zscore", "statistic",
                     "zval", "zvalue", "tval", "rho", "dstat",
                     "ihs", "xpehh", "nsl", "eigen", "nes", "precision", "recall", "f1", "density",
                     "isq", "i2", "info", "r2", "rsq", "df", "ncp", "lrt", "hwe", "wald",
                     "variance", "var", "h2", "rg", "gcov", "lambda", "enrichment", "heidi",
                     "call", "callrate", "fmiss", "loglik", "log10bf", "bf", "logbf", "l95", "u95",
                     "l90", "u90", "prevalence", "int", "intercept", "ratio", "rd", "quality",
                     "proportion", "prop", "eigenvalue", "difference", "twstat", "dprime", "fst",
                     "corr", "pi", "r", "square", "squared"), "z"),
    **dict.fromkeys(("nparam", "nsnps", "nvar", "nvariants", "numsnp", "ngenes"), "n_variants"),
}  # fmt: skip
_FREQUENCIES = {
    "frequency",
    "freq",
    "frq",
    "freqs",
    "af",
    "maf",
    "eaf",
    "raf",
    "af1",
    "a1freq",
    "a2freq",
    "freq1",
}
# Words that only say of what a statistic is. None of them is a trait or a person.
_QUALIFYING = """
limit cutoff bound floor
pred perf model modelcv cv used hw exact impute likelihood twas best weighting p0 p1 qc cis trans
frequentist bayesian add dom rec gen het hom additive dominant recessive score expected em ml
threshold newml all cohort case cases control controls ctrl cntrl total missing data
proportion average mean maximum max min posterior geno genotype i sq j c lmm inf bolt linreg
linear logistic firth spa nospa na log ln exp value val std standard error err prop h m hm
full null prs adj adjusted empirical competitive gwas eqtl pqtl smr multi burden skat skato
acat acato o acatv region gene snp snps nsnp marker variant top lead ld male female males
females random fixed re fe re2 han eskin cochran q cond conditional joint marginal meta egger
ivw weighted median mode wald obs observed pheno trait gcov test a1 a2 a b d allele effect
est unstand std abs purity other ref alt minor mtag ldsc discovery replication stage combined
study gc corrected correction chi
square squared rate imputation imputed imp machr2 mach oevar pass filter nominal perm approx
negative neg of
robust hc3 lower upper ci ci95 low high l u category coefficient by tau annot
"""
_QUALIFIERS = frozenset(_QUALIFYING.split())
_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LONGEST = 60
_TERMS = {"feature", "dummy", "level", "category", "variable", "term", "predictor", "covariate"}
_IDENTIFIER = {"id", "name", "identifier"}
_OF_VARIANTS = (Role.FREQUENCY, Role.EFFECT, Role.P)
# Structures of Hail and VCF that hold statistics of a variant, and types that Hail prints.
_FIELD = re.compile(r"^(variant_qc|qc|info|gwas)_")
_TYPE = re.compile(r"_(int32|int64|float32|float64|str|bool|call|locus<\w+>|array<\w+>)$")


@dataclass(frozen=True)
class Dialect:
    """The names of one program's table that mean something else elsewhere."""

    program: str
    # Plain names that stand together in its tables and nowhere else.
    marks: frozenset[str]
    meanings: dict[str, str]


DIALECTS: tuple[Dialect, ...] = (
    Dialect("EIGENSOFT", frozenset({"n", "eigenvalue", "twstat"}),
            {"n": "rank", "effect_n": "statistic", "effect": "statistic",
             "difference": "statistic"}),
    Dialect("SNPTEST", frozenset({"alternate_ids", "all_aa", "all_ab", "all_bb"}),
            {"all_aa": "hom_a", "all_ab": "het", "all_bb": "hom_b", "all_total": "n_total",
             "alternate_ids": "variant_id", "all_null": "statistic", "index": "index"}),
    Dialect("PLINK 2", frozenset({"alt_cts", "obs_ct"}), {"alt_cts": "allele_count"}),
    Dialect("mice", frozenset({"m", "fmi"}), {"m": "n_imputations"}),
    Dialect("mice", frozenset({"m", "rhat_mean"}), {"m": "n_imputations"}),
    Dialect("mice", frozenset({"m", "iterations"}), {"m": "n_imputations"}),
    Dialect("meta", frozenset({"te", "sete"}), {"te": "estimate", "sete": "se"}),
    Dialect("cuminc", frozenset({"stat", "pv"}), {"pv": "p_value"}),
    Dialect("brms", frozenset({"est_error", "rhat"}),
            {"est_error": "se", "bulk_ess": "ess_bulk", "tail_ess": "ess_tail"}),
    Dialect("SAS", frozenset({"point_estimate", "wald_limits"}),
            {"point_estimate": "or", "confidence": "lower", "wald_limits": "upper"}),
    Dialect("METAL", frozenset({"freq1", "freqse"}), {"freqse": "se"}),
    Dialect("LDSC", frozenset({"p1", "p2", "rg"}), {"p1": "trait_1", "p2": "trait_2"}),
    Dialect("PLINK 2", frozenset({"pop1", "pop2", "hudson_fst"}), {"hudson_fst": "fst"}),
    Dialect("PLINK 2", frozenset({"pop1", "pop2", "wc_fst"}), {"wc_fst": "fst"}),
    Dialect("LDSC", frozenset({"chr", "snp", "bp", "l2"}), {"l2": "ld_score"}),
    Dialect("LDSC", frozenset({"chr", "snp", "bp", "basel2"}), {"basel2": "ld_score"}),
    Dialect("ADMIXTOOLS", frozenset({"abba", "baba", "d"}),
            {"d": "statistic", "abba": "n_sites", "baba": "n_sites", "w": "population_w",
             "x": "population_x", "y": "population_y", "z": "population_z"}),
    Dialect("hap.py", frozenset({"truth_total", "truth_tp", "query_total"}),
            dict.fromkeys(("truth_total", "truth_tp", "truth_fn", "query_total", "query_fp",
                           "query_unk", "query_tp", "fp_gt", "fp_al"), "n_variants")
            | dict.fromkeys(("metric_recall", "metric_precision", "metric_frac_na",
                             "metric_f1_score"), "precision")),
    Dialect("GTEx", frozenset({"gene_id", "tss_distance", "pval_nominal", "slope"}),
            {"tss_distance": "distance", "variant_pos": "position", "true_df": "statistic",
             "minor_allele_samples": "n_carriers", "num_var": "n_snps", "pval_true_df": "p",
             "pval_nominal_threshold": "statistic", "ma_samples": "n_carriers",
             "ma_count": "minor_allele_count"}),
    Dialect("fastGWA", frozenset({"se_t", "p_nospa", "converge"}), {"converge": "index"}),
    Dialect("METAL", frozenset({"weight", "zscore", "allele1", "allele2"}), {"weight": "n_eff"}),
    Dialect("PLINK 1.9", frozenset({"nmiss", "a1", "stat"}), {"nmiss": "n"}),
    Dialect("PLINK 1.9", frozenset({"nmiss", "r2", "t"}), {"nmiss": "n"}),
    Dialect("PLINK 1.9", frozenset({"nmiss", "fst"}), {"nmiss": "n"}),
    Dialect("PLINK 1.9", frozenset({"f_a", "f_u", "a1", "a2"}),
            {"f_a": "case_freq", "f_u": "control_freq"}),
    Dialect("PLINK 1.9", frozenset({"maf_a", "maf_u", "nchrobs_a", "nchrobs_u"}),
            {"maf_a": "case_freq", "maf_u": "control_freq", "nchrobs_a": "an_case",
             "nchrobs_u": "an_control"}),
    Dialect("PLINK 2", frozenset({"hom_a1_ct", "het_a1_ct", "two_ax_ct"}),
            {"hom_a1_ct": "hom_a", "het_a1_ct": "het", "two_ax_ct": "hom_b",
             "o": "statistic", "e": "statistic", "ax": "a2"}),
    Dialect("PLINK 2", frozenset({"missing_ct", "f_miss"}), {"missing_ct": "statistic"}),
    Dialect("PLINK 2", frozenset({"hom_ref_ct", "two_alt_geno_cts"}),
            {"hom_ref_ct": "hom_a", "het_ref_alt_cts": "het", "two_alt_geno_cts": "hom_b",
             "hap_ref_ct": "n_haploid_ref", "hap_alt_cts": "n_haploid_alt",
             "missing_ct": "statistic"}),
    Dialect("S-MultiXcan", frozenset({"n_indep", "p_i_best", "eigen_min_kept"}),
            {"n": "n_models", "n_indep": "n_components",
             **dict.fromkeys(("z_min", "z_max", "eigen_max", "eigen_min"), "statistic")}),
    Dialect("S-PrediXcan", frozenset({"pred_perf_r2", "n_snps_in_model"}),
            {"largest_weight": "weight"}),
    Dialect("STAAR", frozenset({"cmac"}), {"cmac": "allele_count"}),
    Dialect("SKAT", frozenset({"setid", "n_marker_all", "n_marker_test"}),
            {"m": "n_carriers", "map": "p"}),
    Dialect("PLINK 1.9", frozenset({"n_miss", "n_geno", "f_miss"}), {"n_miss": "statistic"}),
    Dialect("PLINK 1.9", frozenset({"nsig", "s05", "s0001"}),
            {**dict.fromkeys(("total", "nsig", "s05", "s01", "s001", "s0001"), "n_snps"),
             "f": "index"}),
    Dialect("VCFtools", frozenset({"n_alleles", "n_chr"}), {"n_alleles": "index"}),
    Dialect("PLINK 1.9", frozenset({"o", "e", "het", "hom_a"}),
            {"o": "statistic", "e": "statistic"}),
    Dialect("PLINK 1.9", frozenset({"n_miss", "n_geno", "f_miss"}), {"n_geno": "n"}),
    Dialect("FUMA", frozenset({"genomiclocus", "uniqid"}),
            {"genomiclocus": "index", "no": "index", "start": "position", "end": "position",
             **dict.fromkeys(("nsnps", "ngwassnps", "nindsigsnps", "nleadsnps"), "n_snps")}),
    Dialect("PLINK 1.9", frozenset({"clst", "nchrobs", "mac"}), {"clst": "population"}),
    Dialect("METASOFT", frozenset({"std_fe", "std_re"}),
            {"std_fe": "se", "std_re": "se", "study": "n_studies"}),
    Dialect("FUSION", frozenset({"twas_z", "twas_p", "hsq"}),
            {"id": "gene", "p0": "position", "p1": "position", "hsq": "h2", "nsnp": "n_snps",
             "nwgt": "n_snps", "file": "gene_id", "modelcv_pv": "p"}),
    Dialect("QCTOOL", frozenset({"hw_exact_p_value", "aa", "ab", "bb"}),
            {"a": "statistic", "b": "statistic", "null": "statistic", "total": "n_total",
             "aa": "hom_a", "ab": "het", "bb": "hom_b"}),
    Dialect("SAIGE-GENE", frozenset({"region", "group", "max_maf", "number_rare"}),
            {"region": "gene", "group": "mask", "number_rare": "n_variants",
             "number_ultra_rare": "n_variants"}),
    Dialect("SuSiE", frozenset({"cs", "cs_log10bf", "cs_avg_r2"}),
            {"cs": "credible_set", "cs_size": "n_snps", "cs_min_r2": "statistic",
             "cs_avg_r2": "statistic", "cs_log10bf": "statistic"}),
    Dialect("SuSiE", frozenset({"size", "min_abs_corr"}),
            {"size": "n_snps", "cs": "credible_set", "id": "credible_set"}),
    Dialect("SuSiE", frozenset({"variable", "variable_prob", "cs"}),
            {"variable": "index", "variable_prob": "pip", "cs": "credible_set"}),
    Dialect("FINEMAP", frozenset({"rank", "config", "prob", "log10bf"}),
            {"config": "variant", "odds": "posterior_mean", "k": "n_snps", "prob_norm_k": "pip",
             "h2": "posterior_mean"}),
    Dialect("Enrichr", frozenset({"term", "overlap", "combined_score"}),
            {"combined_score": "statistic", "old_p_value": "p_value",
             "old_adjusted_p_value": "p_value", "genes": "pathway"}),
    Dialect("any", frozenset({"a", "b", "c", "d", "or"}),
            {"a": "n_1", "b": "n_2", "c": "n_3", "d": "n_4"}),
    Dialect("any", frozenset({"a", "b", "c", "d", "odds_ratio"}),
            {"a": "n_1", "b": "n_2", "c": "n_3", "d": "n_4"}),
    Dialect("MAGMA", frozenset({"variable", "ngenes", "full_name"}),
            {"variable": "gene_set", "full_name": "pathway"}),
    Dialect(
        "PLINK 2",
        frozenset({"nonsig", "s0_05", "s0_0001"}),
        dict.fromkeys(("total", "nonsig", "s0_05", "s0_01", "s0_001", "s0_0001"), "n_snps"),
    ),
    Dialect("PheWAS", frozenset({"n_no_snp", "hwe_p"}), {"n_no_snp": "statistic"}),
    Dialect("Hail", frozenset({"sum_x", "y_transpose_x"}),
            {"sum_x": "allele_count", "y_transpose_x": "statistic"}),
    Dialect("Hail", frozenset({"locus", "alleles"}), {"locus": "variant", "alleles": "variant_id"}),
    Dialect("PGS Catalog", frozenset({"chr_name", "effect_allele", "effect_weight"}),
            {"chr_name": "chromosome", "chr_position": "position", "hm_chr": "hm_chr",
             "hm_pos": "hm_pos"}),
    Dialect("GCTA", frozenset({"refa", "bj", "bj_se", "pj"}), {"refa": "effect_allele"}),
    Dialect("GCTA", frozenset({"refa", "bc", "bc_se", "pc"}), {"refa": "effect_allele"}),
    Dialect("SMR", frozenset({"probeid", "b_smr", "topsnp"}),
            {"topsnp": "variant", "topsnp_chr": "chromosome", "topsnp_bp": "position",
             "probechr": "chromosome", "probe_bp": "position", "probeid": "gene_id",
             "nsnp_heidi": "n_snps"}),
)  # fmt: skip


def understood(table: Table) -> Table:
    """Return a table whose columns go by the names that the rules know."""
    names = {bare(column) for column in table.columns}
    meanings = [d.meanings for d in DIALECTS if d.marks <= names]
    if meanings and "cohort_1_aa" in names and "cohort_2_aa" not in names:
        # SNPTEST repeats the counts of all for the only cohort.
        meanings.append({f"cohort_1_{of}": "statistic" for of in ("aa", "ab", "bb", "null")})
    told = [known_as(c, _first(meanings, bare(c))) for c in table.columns]
    changed = replace(table, columns=tuple(told)) if meanings else table
    changed = _of_masks(changed, names)
    changed = _with_counts_of_terms(_with_names_of_variants(changed))
    of_variants = is_about_variants(changed)
    columns = [_by_words(column, of_variants) for column in changed.columns]
    if all(a is b for a, b in zip(columns, table.columns, strict=True)):
        return table
    return replace(table, columns=tuple(columns))


def _of_masks(table: Table, names: set[str]) -> Table:
    """Return regenie's tests of genes with their names: its alleles are then masks."""
    if not names >= {"allele0", "allele1", "log10p", "id"}:
        return table
    second = next(c for c in table.columns if bare(c) == "allele1")
    if role_of(second) is Role.ALLELE or second.numbers is not None:
        return table
    meant = {"allele0": "test", "allele1": "mask", "id": "gene"}
    columns = tuple(known_as(c, meant.get(bare(c))) for c in table.columns)
    return replace(table, columns=columns)


def _with_names_of_variants(table: Table) -> Table:
    """Return a table whose names, each once beside chromosome and alleles, are variants'.

    TRUST: people who stand beside variants have no frequency or effect of their own, and their
    names repeat.
    """
    if is_about_variants(table) or not with_role(table, Role.CHROMOSOME):
        return table
    alleles, told = with_role(table, Role.ALLELE), with_role(table, *_OF_VARIANTS)
    named = [c for c in table.columns if bare(c) in _IDENTIFIER and c.n_distinct == table.n_rows]
    told = told or [c for c in table.columns if head_of(c.name, True) in ("af", "beta", "p")]
    if not alleles or not told or len(named) != 1 or named[0].numbers is not None:
        return table
    return replace(
        table,
        columns=tuple(known_as(c, "variant_id" if c is named[0] else None) for c in table.columns),
    )


def _with_counts_of_terms(table: Table) -> Table:
    """Return a table in which a count of each term, as in "feature_counts", is of people."""
    named = {bare(c).removesuffix("s") for c in table.labels} & _TERMS
    if not named:
        return table
    meant = {f"{term}_{of}": "count" for term in named for of in ("count", "counts", "n", "size")}
    if not any(bare(c) in meant and c.is_integer for c in table.columns):
        return table
    return replace(table, columns=tuple(known_as(c, meant.get(bare(c))) for c in table.columns))


def bare(column: Column) -> str:
    """Return a column's plain name without the mark that begins a header."""
    return column.plain.lstrip("#")


def known_as(column: Column, name: str | None) -> Column:
    """Return the same column under another plain name; its written name stays."""
    if name is None or name == column.plain:
        return column
    same = copy.copy(column)
    same.__dict__.pop("role", None)
    same.__dict__["plain"] = name
    return same


def _first(meanings: list[dict[str, str]], name: str) -> str | None:
    return next((each[name] for each in meanings if name in each), None)


def _by_words(column: Column, of_variants: bool) -> Column:
    """Return a column of numbers that nothing is known of by the words of its name."""
    column = _without_frame(column)
    if column.numbers is None or role_of(column) is not Role.UNKNOWN:
        return column
    head = head_of(column.name, of_variants or "allele" in column.plain) or _tested(column)
    if head == "p" and "log" not in column.plain and not are_shares(column):
        return column
    return known_as(column, head)


_TESTS = frozenset(("burden", "skat", "skato", "acat", "acato", "acatv", "staar", "staaro"))


def _tested(column: Column) -> str | None:
    """Return that a column of shares is of p-values, if only tests of genes give it its name."""
    words = [word for word in _words_of(column.name) if not word.isdigit()]
    named = _TESTS & set(words) and all(word in _TESTS | _QUALIFIERS for word in words)
    return "p" if named and are_shares(column) else None


def _without_frame(column: Column) -> Column:
    """Return a column by its own name: without the field it stands in, and without its type."""
    bare_name = _TYPE.sub("", _FIELD.sub("", column.plain))
    if bare_name == column.plain:
        return column
    same = known_as(column, bare_name)
    return column if role_of(same) in (Role.UNKNOWN, Role.LABEL) else same


def are_shares(column: Column) -> bool:
    """Whether no number of a column is below 0 or above 1."""
    numbers = column.numbers
    return numbers is not None and not ((numbers < 0) | (numbers > 1)).any()


def names_a_result(name: str) -> bool:
    """Whether numbers under this name are statistics, errors, p-values or effects."""
    column = Column(name, ("0.5",), np.zeros(1, np.int32))
    known = role_of(column) in (Role.STATISTIC, Role.EFFECT, Role.ERROR, Role.P)
    return known or head_of(name) is not None


def head_of(name: str, of_variants: bool = False) -> str | None:
    """Return what a name says its numbers are, if each of its words is known."""
    if len(name) > _LONGEST:
        return None
    found: str | None = None
    for word in _words_of(name):
        told = _told(word, of_variants)
        if told is None:
            return None
        # The last word says what it is: the error of an effect is an error.
        found = told or found
    return found


def _told(word: str, of_variants: bool) -> str | None:
    """Return what a word says: a sort of number, nothing, or None if it is not known."""
    # A digit or two number tests and alleles; more of them number people.
    bare = word if word in _HEADS else re.sub(r"(?<!\d)\d{1,2}$", "", word)
    if bare in _HEADS:
        return _HEADS[bare]
    if of_variants and (word in _FREQUENCIES or bare in _FREQUENCIES):
        return "af"
    return "" if not bare or bare in _QUALIFIERS or word in _QUALIFIERS else None


def _words_of(name: str) -> list[str]:
    """Return the words of a name, small; humps divide a word that is not known whole."""
    words: list[str] = []
    for word in _WORD.findall(name):
        whole = word.lower()
        known = whole in _HEADS or whole in _QUALIFIERS or whole in _FREQUENCIES
        words += [whole] if known else _humps(word)
    return words


def _humps(word: str) -> list[str]:
    """Return the parts of a word like "HetISq"; two that make a known word are one."""
    parts: list[str] = []
    for hump in map(str.lower, _HUMPS.findall(word)):
        joined = f"{parts[-1]}{hump}" if parts else ""
        if joined in _HEADS:
            parts[-1] = joined
        else:
            parts.append(hump)
    return parts
