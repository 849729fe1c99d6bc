"""Reports, logs and lists of programs: no row of them is a person's, and their counts are large."""

# Lines of programs are as long as they are.
# ruff: noqa: E501

from __future__ import annotations

import numpy as np

_RANDOM = np.random.default_rng(11)


def _rows(n: int, form: str) -> str:
    out = []
    for i in range(n):
        z = float(_RANDOM.normal())
        se = float(_RANDOM.uniform(0.01, 0.05))
        out.append(
            form.format(
                i=i + 1, chr=1 + i * 22 // n, z=z, se=se, b=z * se, p=float(_RANDOM.uniform()),
                pos=1_000_000 + 31_337 * i, gene=_GENES[i % len(_GENES)], rs=f"rs{7000 + 13 * i}",
                n=int(_RANDOM.integers(120, 4000)), f=float(_RANDOM.uniform(0.05, 0.5)),
                code=f"{100 + 5 * i}.{i % 9 + 1}", other=26000 - i, snps=20 + i % 90,
            )
        )  # fmt: skip
    return "\n".join(out) + "\n"


_SYMBOLS = """
LDLR APOB PCSK9 APOE LPA ABCG5 ABCG8 NPC1L1 HMGCR CETP LPL LIPC ANGPTL3 SORT1 TRIB1 GCKR
MLXIPL FADS1 HNF1A HNF4A KCNQ1 TCF7L2 SLC30A8 CDKN2B PPARG IRS1 FTO MC4R BRCA1 BRCA2
"""
_GENES = _SYMBOLS.split()

_LDSC_RG = """*********************************************************************
* LD Score Regression (LDSC)
* Version 1.0.1
* (C) 2014-2019 Brendan Bulik-Sullivan and Hilary Finucane
* Broad Institute of MIT and Harvard / MIT Department of Mathematics
* GNU General Public License v3
*********************************************************************
Call:
./ldsc.py \\
--ref-ld-chr eur_w_ld_chr/ \\
--out ldl_cad \\
--rg ldl.sumstats.gz,cad.sumstats.gz \\
--w-ld-chr eur_w_ld_chr/

Beginning analysis at Mon Mar  2 10:22:31 2026
Reading summary statistics from ldl.sumstats.gz ...
Read summary statistics for 1185312 SNPs.
Reading reference panel LD Score from eur_w_ld_chr/[1-22] ... (ldscore_fromlist)
Read reference panel LD Scores for 1290028 SNPs.
After merging with regression SNP LD, 1180311 SNPs remain.
Computing rg for phenotype 2/2
1178211 SNPs with valid alleles.

Heritability of phenotype 1
---------------------------
Total Observed scale h2: 0.1911 (0.0203)
Lambda GC: 1.1012
Mean Chi^2: 1.1391
Intercept: 1.0172 (0.0091)
Ratio: 0.1236 (0.0654)

Genetic Correlation
-------------------
Genetic Correlation: 0.3145 (0.0327)
Z-score: 9.6177
P: 6.7300e-22

Summary of Genetic Correlation Results
p1               p2      rg      se       z           p  h2_obs  h2_obs_se  h2_int  h2_int_se
ldl.sumstats.gz  cad.sumstats.gz  0.3145  0.0327  9.6177  6.7300e-22  0.0721  0.0052  1.0236  0.0081

Analysis finished at Mon Mar  2 10:22:58 2026
Total time elapsed: 27.31s
"""

_PLINK2_LOG = """PLINK v2.00a5.10LM 64-bit Intel (5 Jan 2024)
Options in effect:
  --covar covariates.txt
  --freq
  --glm hide-covar
  --maf 0.01
  --out ldl
  --pfile cohort
  --threads 8

Hostname: spe
Working directory: /home/researcher/work
Start time: Mon Mar  2 10:11:12 2026

Random number seed: 1772446272
15991 MiB RAM detected; reserving 7995 MiB for main workspace.
Using up to 8 compute threads.
12480 samples (6612 females, 5868 males; 12480 founders) loaded from cohort.psam.
9120331 variants loaded from cohort.pvar.
1 quantitative phenotype loaded (12102 values).
3112801 variants removed due to allele frequency threshold(s)
6007530 variants remaining after main filters.
--glm linear regression on phenotype 'ldl': done.
Results written to ldl.ldl.glm.linear .

End time: Mon Mar  2 10:31:40 2026
"""

_REGENIE_LOG = """Start time: Mon Mar  2 10:11:12 2026

              |=============================|
              |      REGENIE v3.4.1.gz      |
              |=============================|

Copyright (c) 2020-2024 Joelle Mbatchou, Andrey Ziyatdinov and Jonathan Marchini.
Distributed under the MIT License.

Options in effect:
  --step 2 \\
  --bgen chr1.bgen \\
  --phenoFile pheno.txt \\
  --pred step1_pred.list \\
  --minMAC 20

Association testing mode with multithreading using OpenMP
 * bgen             : [chr1.bgen]
   -summary : bgen file (v1.2 layout, zlib compressed) with 12480 anonymous samples and 610331 variants
 * phenotypes       : [pheno.txt] n_pheno = 2
   -number of phenotyped individuals  = 12102
   -dropping observations with missing values
 * number of individuals used in analysis = 12102
 * step 2 loci files  : [step1_pred.list]
 * # threads          : [8]
 * block size         : [400]
 * # blocks           : [1526]
 * approximate memory usage : 2GB

Number of ignored SNPs due to low MAC : 101331
Elapsed time : 812.4s
End time: Mon Mar  2 10:31:40 2026
"""

_GCTA_LOG = """*******************************************************************
* Genome-wide Complex Trait Analysis (GCTA)
* version v1.94.1 Linux
* (C) 2010-present, Yang Lab, Westlake University
*******************************************************************
Analysis started at 10:11:12 UTC on Mon Mar 02 2026.
Hostname: spe

Options:

--reml
--grm cohort
--pheno ldl.phen
--out ldl

10040 individuals are in common in these files.
Performing  REML analysis ...
10040 observations, 1 fixed effect(s), and 2 variance component(s)(including residual variance).
Calculating prior values of variance components by EM-REML ...
Summary result of REML analysis:
Source\tVariance\tSE
V(G)\t0.213411\t0.028812
V(e)\t0.771233\t0.029010
Vp\t0.984644\t0.013920
V(G)/Vp\t0.216739\t0.028611

Summary result of REML analysis has been saved in the file [ldl.hsq].
Analysis finished at 10:13:12 UTC on Mon Mar 02 2026
Overall computational time: 2 minutes 0 sec.
"""

_BCFTOOLS = """# This file was produced by bcftools stats (1.21+htslib-1.21) and can be plotted using plot-vcfstats.
# The command line was:\tbcftools stats  cohort.vcf.gz
#
# Definition of sets:
# ID\t[2]id\t[3]tab-separated file names
ID\t0\tcohort.vcf.gz
# SN, Summary numbers:
# SN\t[2]id\t[3]key\t[4]value
SN\t0\tnumber of samples:\t5210
SN\t0\tnumber of records:\t4120331
SN\t0\tnumber of no-ALTs:\t0
SN\t0\tnumber of SNPs:\t3801120
SN\t0\tnumber of MNPs:\t0
SN\t0\tnumber of indels:\t319211
SN\t0\tnumber of multiallelic sites:\t20331
# TSTV, transitions/transversions:
# TSTV\t[2]id\t[3]ts\t[4]tv\t[5]ts/tv\t[6]ts (1st ALT)\t[7]tv (1st ALT)\t[8]ts/tv (1st ALT)
TSTV\t0\t2561200\t1239920\t2.07\t2550000\t1230000\t2.07
# SiS, Singleton stats:
# SiS\t[2]id\t[3]allele count\t[4]number of SNPs\t[5]number of transitions\t[6]number of transversions\t[7]number of indels
SiS\t0\t1\t1801120\t1200331\t600789\t120331
# AF, Stats by non-reference allele frequency:
# AF\t[2]id\t[3]allele frequency\t[4]number of SNPs\t[5]number of transitions\t[6]number of transversions\t[7]number of indels
AF\t0\t0.000000\t1801120\t1200331\t600789\t120331
AF\t0\t0.099990\t501120\t334331\t166789\t40331
AF\t0\t0.199980\t401120\t267331\t133789\t30331
# QUAL, Stats by quality
# QUAL\t[2]id\t[3]Quality\t[4]number of SNPs
QUAL\t0\t30.0\t1201
QUAL\t0\t31.0\t1422
# IDD, InDel distribution:
# IDD\t[2]id\t[3]length (deletions negative)\t[4]number of sites
IDD\t0\t-2\t44031
IDD\t0\t-1\t101120
IDD\t0\t1\t98120
# ST, Substitution types:
# ST\t[2]id\t[3]type\t[4]count
ST\t0\tA>C\t160311
ST\t0\tA>G\t640812
ST\t0\tC>T\t641200
# DP, Depth distribution
# DP\t[2]id\t[3]bin\t[4]number of genotypes\t[5]fraction of genotypes (%)\t[6]number of sites\t[7]fraction of sites (%)
DP\t0\t1\t12331\t0.01\t0\t0.000000
DP\t0\t2\t22331\t0.02\t12\t0.000001
"""

_SESSION = """R version 4.3.2 (2023-10-31)
Platform: x86_64-pc-linux-gnu (64-bit)
Running under: Ubuntu 22.04.3 LTS

Matrix products: default
BLAS:   /usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3
LAPACK: /usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.20.so;  LAPACK version 3.10.0

locale:
 [1] LC_CTYPE=en_US.UTF-8       LC_NUMERIC=C
 [3] LC_TIME=en_US.UTF-8        LC_COLLATE=en_US.UTF-8

time zone: Europe/Helsinki
tzcode source: system (glibc)

attached base packages:
[1] stats     graphics  grDevices utils     datasets  methods   base

other attached packages:
[1] survival_3.5-7   data.table_1.14.8 ggplot2_3.4.4   dplyr_1.1.4

loaded via a namespace (and not attached):
 [1] vctrs_0.6.5      cli_3.6.2        rlang_1.1.3      Matrix_1.6-5
 [5] generics_0.1.3   glue_1.7.0       colorspace_2.1-0 scales_1.3.0
"""

_PINS = """# made by pip freeze
numpy==1.26.4
pandas==2.2.3
scipy==1.13.1
statsmodels==0.14.2
matplotlib>=3.8
scikit-learn==1.5.0
lifelines==0.29.0 ; python_version >= "3.9"
pyarrow~=17.0
"""

_CONDA = """name: gwas
channels:
  - conda-forge
  - bioconda
dependencies:
  - python=3.11.9
  - plink2=2.00a5.10
  - bcftools=1.21
  - r-base=4.3.3
  - pip
  - pip:
      - hail==0.2.130
      - gwaslab==3.4.40
"""

_HAIL_STRUCT = (
    "Struct(n_called=8431120, dp_stats=Struct(mean=31.2, stdev=4.1),"
    " call_rate=Struct(mean=0.991, stdev=0.004))\n"
)
_HAIL_BOX = """+-------------+---------+
| population  |       n |
+-------------+---------+
| str         |   int64 |
+-------------+---------+
| "EUR"       |    6120 |
| "SAS"       |    1085 |
| "AFR"       |     733 |
+-------------+---------+
"""
_HAIL_DESCRIBE = """----------------------------------------
Global fields:
    None
----------------------------------------
Column fields:
    's': str
    'population': str
----------------------------------------
Row fields:
    'locus': locus<GRCh38>
    'alleles': array<str>
    'rsid': str
----------------------------------------
Entry fields:
    'GT': call
    'DP': int32
----------------------------------------
Column key: ['s']
Row key: ['locus', 'alleles']
----------------------------------------
"""

_SSF_YAML = """# Study meta-data
date_metadata_last_modified: 2026-03-02
genome_assembly: GRCh38
coordinate_system: 1-based
data_file_name: ldl.tsv.gz
file_type: GWAS-SSF v1.0
is_harmonised: false
is_sorted: true
genotyping_technology:
  - Genome-wide genotyping array
trait_description:
  - LDL cholesterol
samples:
  - sample_size: 12480
    sample_ancestry_category:
      - European
    case_control_study: false
minor_allele_freq_lower_limit: 0.01
ontology_mapping:
  - EFO_0004611
"""

_PGS = """###PGS CATALOG SCORING FILE - see https://www.pgscatalog.org/downloads/#dl_ftp_scoring for additional information
#format_version=2.0
##POLYGENIC SCORE (PGS) INFORMATION
#pgs_id=PGS000018
#pgs_name=metaGRS_CAD
#trait_reported=Coronary artery disease
#genome_build=GRCh37
#variants_number=120
#weight_type=beta
##SOURCE INFORMATION
#pgp_id=PGP000007
#citation=Inouye M et al. J Am Coll Cardiol (2018). doi:10.1016/j.jacc.2018.07.079
rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight
"""

# Name -> what a program wrote, the name of the file, and people of the cohort.
REPORTS: dict[str, tuple[str, str, int]] = {
    "LDSC rg log": (_LDSC_RG, "rg.log", 84_000),
    "LDSC rg table": (
        "p1 p2 rg se z p h2_obs h2_obs_se h2_int h2_int_se gcov_int gcov_int_se\n"
        + "".join(
            f"ldl.gz t{i}.gz 0.3{i} 0.03 9.6 6.7e-22 0.27 0.01 1.02 0.008 0.07 0.006\n"
            for i in range(5)
        ), "rg.txt", 84_000,
    ),
    "LDSC partitioned heritability": (
        "Category\tProp._SNPs\tProp._h2\tProp._h2_std_error\tEnrichment\tEnrichment_std_error"
        "\tEnrichment_p\tCoefficient\tCoefficient_std_error\tCoefficient_z-score\n"
        + _rows(30, "Coding_UCSC.{gene}.extend.500L2_0\t{f:.4f}\t{f:.4f}\t{se:.4f}\t{f:.3f}\t{se:.3f}\t{p:.3g}\t{b:.3g}\t{se:.3g}\t{z:.3f}"),
        "ldl.results", 84_000,
    ),
    "PLINK 2 log": (_PLINK2_LOG, "ldl.log", 12_480),
    "regenie log": (_REGENIE_LOG, "step2.log", 12_480),
    "GCTA log": (_GCTA_LOG, "reml.log", 10_040),
    "GCTA REML": (
        "Source\tVariance\tSE\nV(G)\t0.213411\t0.028812\nV(e)\t0.771233\t0.029010\n"
        "Vp\t0.984644\t0.013920\nV(G)/Vp\t0.216739\t0.028611\nlogL\t-5120.331\nlogL0\t-5151.882\n"
        "LRT\t63.102\ndf\t1\nPval\t9.9e-16\nn\t10040\n", "ldl.hsq", 10_040,
    ),
    "bcftools stats": (_BCFTOOLS, "cohort.stats", 5_210),
    "PRSice summary": (
        "Phenotype\tSet\tThreshold\tPRS.R2\tFull.R2\tNull.R2\tPrevalence\tCoefficient\t"
        "Standard.Error\tP\tNum_SNP\n-\tBase\t0.0500\t0.0512\t0.112\t0.061\t-\t12.31\t1.12\t4.1e-28\t81231\n",
        "PRSice.summary", 12_480,
    ),
    "PRSice thresholds": (
        "Pheno\tSet\tThreshold\tR2\tP\tCoefficient\tStandard.Error\tNum_SNP\n"
        + _rows(40, "-\tBase\t{i:.5g}e-04\t{f:.5f}\t{p:.3g}\t{z:.4f}\t{se:.4f}\t{n}"),
        "ldl.prsice", 12_480,
    ),
    "MAGMA genes": (
        "GENE       CHR      START       STOP  NSNPS  NPARAM       N        ZSTAT            P\n"
        + _rows(30, "{gene}  {chr}  {pos}  10{pos}  {snps}  12  12480  {z:.4f}  {p:.4g}"),
        "ldl.genes.out", 12_480,
    ),
    "MAGMA gene sets": (
        "# MEAN_SAMPLE_SIZE = 12480\n# TOTAL_GENES = 17231\n"
        "VARIABLE  TYPE  NGENES  BETA  BETA_STD  SE  P  FULL_NAME\n"
        + _rows(30, "GOBP_{gene}_SIGNALLING  SET  {n}  {b:.4f}  {b:.5f}  {se:.4f}  {p:.4f}  GOBP_{gene}_SIGNALLING_PATHWAY"),
        "ldl.gsa.out", 12_480,
    ),
    "Tracy-Widom": (
        "#N    eigenvalue  difference    twstat      p-value effect. n\n"
        "   1     22.1034          NA   180.221  1.2e-60    812.4\n"
        "   2     14.3121     -7.7913   102.110  3.1e-40   1203.1\n"
        "   3      6.2204     -8.0917    44.900  5.5e-21   4122.9\n", "twstats.txt", 4_400,
    ),
    "eigenvalues": ("22.1034\n14.3121\n6.2204\n5.1130\n4.0021\n3.8812\n3.5121\n3.4411\n3.3312\n3.30121\n",
                    "cohort.eigenval", 4_400),
    "ADMIXTURE errors": (
        "CV error (K=2): 0.55231\nCV error (K=3): 0.52011\nCV error (K=4): 0.51877\n"
        "CV error (K=5): 0.52204\n", "cv.txt", 4_400,
    ),
    "KING summary": (
        "Relationship\tn_pairs\nDuplicate/MZ\t12\nParent-offspring\t231\nFull sibling\t144\n"
        "2nd degree\t310\n3rd degree\t1022\n", "king_summary.tsv", 12_480,
    ),
    "PLINK 2 hardy": (
        "#CHROM\tID\tA1\tAX\tHOM_A1_CT\tHET_A1_CT\tTWO_AX_CT\tO(HET_A1)\tE(HET_A1)\tP\n"
        + _rows(40, "{chr}\t{rs}\tA\tG\t4{snps:02d}0\t5{snps:02d}0\t1{snps:02d}0\t0.48{i:02d}\t0.47{i:02d}\t{p:.4g}"),
        "cohort.hardy", 24_960,
    ),
    "missingness of variants": (
        "#CHROM\tID\tMISSING_CT\tOBS_CT\tF_MISS\n" + _rows(40, "{chr}\t{rs}\t{n}\t24960\t{se:.5f}"),
        "cohort.vmiss", 24_960,
    ),
    "clumps": (
        " CHR    F              SNP         BP        P    TOTAL   NSIG    S05    S01   S001  S0001\n"
        + _rows(30, "{chr} 1 {rs} {pos} {p:.3g}e-09 {snps} 12 11 3 4 5"), "ldl.clumped", 24_960,
    ),
    "coloc": (
        "locus\tnsnps\tPP.H0.abf\tPP.H1.abf\tPP.H2.abf\tPP.H3.abf\tPP.H4.abf\n"
        + "".join(f"{g}\t{812 + i}\t0.01\t0.02\t0.03\t0.04\t0.9\n" for i, g in enumerate(_GENES[:12])),
        "coloc.tsv", 24_960,
    ),
    "Mendelian randomisation": (
        "id.exposure,id.outcome,outcome,exposure,method,nsnp,b,se,pval\n"
        "ldl,cad,CAD,LDL,MR Egger,81,0.41,0.08,2.1e-6\nldl,cad,CAD,LDL,Weighted median,81,0.38,0.05,1e-12\n"
        "ldl,cad,CAD,LDL,Inverse variance weighted,81,0.44,0.04,3e-21\n", "mr.csv", 24_960,
    ),
    "PheWAS": (
        "phecode\tphenotype\tn_cases\tn_controls\tbeta\tse\tp_value\n"
        + _rows(150, "{code}\tPhenotype group {i}\t{n}\t22000\t{b:.3f}\t{se:.3f}\t{p:.4f}"),
        "phewas.tsv", 26_000,
    ),
    "PheWAS in R": (
        "phenotype,snp,adjustment,beta,SE,OR,p,type,n_total,n_cases,n_controls,HWE_p,allele_freq,n_no_snp,description,group\n"
        + _rows(60, "{code},rs7412_T,NA,{b:.4f},{se:.4f},1.0{i:02d},{p:.4g},logistic,26000,{n},22000,0.41,0.081,0,Phecode group {i},circulatory"),
        "phewas.csv", 26_000,
    ),
    "Hail structure": (_HAIL_STRUCT, "hail.txt", 7_938),
    "Hail box": (_HAIL_BOX, "hail.txt", 7_938),
    "Hail structure and box": (_HAIL_STRUCT + _HAIL_BOX, "hail.txt", 7_938),
    "Hail description": (_HAIL_DESCRIBE, "describe.txt", 7_938),
    "Hail linear regression": (
        "locus\talleles\trsid\tn\tsum_x\ty_transpose_x\tbeta\tstandard_error\tt_stat\tp_value\n"
        + _rows(40, 'chr{chr}:{pos}\t["A","G"]\t{rs}\t7938\t{n}.0\t{z:.3f}\t{b:.4f}\t{se:.4f}\t{z:.3f}\t{p:.4f}'),
        "gwas.tsv", 7_938,
    ),
    "metadata of GWAS-SSF": (_SSF_YAML, "ldl.tsv.gz-meta.yaml", 12_480),
    "scores of the PGS Catalog": (
        _PGS + _rows(120, "{rs}\t{chr}\t{pos}\tA\tG\t{b:.5f}"), "PGS000018.txt", 3_000,
    ),
    "masks of genes": (
        "gene,pLoF,missense_lc,missense,synonymous,splice,utr,intronic,3_prime_utr,canonical\n"
        + "".join(f"{g},{i % 2},{i % 3 % 2},{(i * 7) % 5 % 2},1,0,{i % 4 % 2},0,{i % 2},1\n" for i, g in enumerate(_GENES)),
        "masks.csv", 3_300,
    ),
    "list of genes": ("\n".join(_GENES) + "\n", "genes.txt", 3_300),
    "list of few genes": ("LDLR\nAPOB\nPCSK9\nLPA\nABCG5\nNPC1L1\n", "genes.txt", 3_300),
    "list of genes with a name": ("gene\n" + "\n".join(_GENES) + "\n", "genes.csv", 3_300),
    "list of Ensembl genes": (
        "".join(f"ENSG{130203 + 37 * i:011d}\n" for i in range(30)), "genes.txt", 3_300,
    ),
    "list of few variants": ("rs429358\nrs7412\nrs1800562\nrs4149056\nrs9923231\n", "snps.txt", 3_300),
    "pins of packages": (_PINS, "requirements.txt", 1_200),
    "environment of packages": (_CONDA, "environment.yml", 1_200),
    "sessionInfo": (_SESSION, "sessionInfo.txt", 1_200),
    "report of scikit-learn": (
        "              precision    recall  f1-score   support\n\n     control       0.91      0.95"
        "      0.93      1820\n        case       0.81      0.71      0.76       580\n\n"
        "    accuracy                           0.89      2400\n   macro avg       0.86      0.83"
        "      0.84      2400\nweighted avg       0.89      0.89      0.89      2400\n",
        "report.txt", 12_480,
    ),
}  # fmt: skip
