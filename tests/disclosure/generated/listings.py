# ruff: noqa: E501  # made exports read better with one item a line
"""Harm as R, SAS, SPSS, Stata, pandas and people write it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items


def _read() -> dict[str, tuple[str, str, int]]:
    """Each export's file name, content and number of people, by its own name."""
    found: dict[str, tuple[str, str, int]] = {}

    def add(name: str, file: str, text: str, n: int = 5000) -> None:
        found[name] = (file, text, n)

    r = kit.rng(2)
    count = 40
    sex = r.choice(["F", "M"], count)
    age = r.integers(20, 90, count)
    bmi = r.normal(26, 4, count).round(1)
    ldl = r.normal(3.4, 0.8, count).round(2)
    # people listings
    add(
        "r-head-print",
        "head.txt",
        "   id age sex  bmi  ldl case\n"
        + "".join(
            f"{i + 1:<3}{1001 + i:5d} {age[i]:3d}   {sex[i]} {bmi[i]:4.1f} {ldl[i]:4.2f}    {i % 2}\n"
            for i in range(20)
        ),
    )
    add(
        "r-head-6",
        "head6.txt",
        "  age sex  bmi  ldl case\n"
        + "".join(
            f"{i + 1} {age[i]:3d}   {sex[i]} {bmi[i]:4.1f} {ldl[i]:4.2f}    {i % 2}\n"
            for i in range(6)
        ),
    )
    add(
        "r-tibble",
        "tibble.txt",
        "# A tibble: 12 × 6\n   iid     age sex     bmi   ldl  case\n   <chr> <int> <chr> <dbl> <dbl> <int>\n"
        + "".join(
            f"{i + 1:2d} P{i:03d}  {age[i]:4d} {sex[i]}     {bmi[i]:5.1f}  {ldl[i]:4.2f}     {i % 2}\n"
            for i in range(12)
        ),
    )
    add(
        "r-str",
        "str.txt",
        '\'data.frame\':	5000 obs. of  5 variables:\n $ iid : chr  "P0001" "P0002" "P0003" "P0004" ...\n $ age : int  54 61 38 47 70 29 55 66 41 59 ...\n $ sex : chr  "F" "M" "M" "F" ...\n $ bmi : num  24.1 31.2 22.9 27.7 25 ...\n $ ldl : num  3.1 4.2 2.9 3.7 3.3 ...\n',
    )
    add(
        "sas-print",
        "print.lst",
        "                                The SAS System\n\n                 Obs    PATID     AGE    SEX     BMI     LDL\n\n"
        + "".join(
            f"                 {i + 1:3d}    {40010 + i}    {age[i]:4d}     {sex[i]}     {bmi[i]:4.1f}    {ldl[i]:4.2f}\n"
            for i in range(15)
        ),
    )
    add(
        "sas-print-noid",
        "print2.lst",
        "                 Obs    AGE    SEX     BMI     LDL\n\n"
        + "".join(
            f"                 {i + 1:3d}    {age[i]:4d}     {sex[i]}     {bmi[i]:4.1f}    {ldl[i]:4.2f}\n"
            for i in range(15)
        ),
    )
    add(
        "stata-list",
        "list.log",
        ". list in 1/12\n\n     +------------------------------------+\n     |   id   age   sex    bmi    ldl    |\n     |------------------------------------|\n"
        + "".join(
            f"{i + 1:3d}. | {1000 + i}   {age[i]:3d}     {sex[i]}   {bmi[i]:4.1f}   {ldl[i]:4.2f} |\n"
            for i in range(12)
        )
        + "     +------------------------------------+\n",
    )
    add(
        "stata-list-noid",
        "list2.log",
        ". list age sex bmi ldl in 1/12, clean\n\n       age   sex    bmi    ldl\n"
        + "".join(
            f"{i + 1:3d}.   {age[i]:3d}     {sex[i]}   {bmi[i]:4.1f}   {ldl[i]:4.2f}\n"
            for i in range(12)
        ),
    )
    add(
        "spss-list",
        "list.txt",
        "patno    age sex     bmi     ldl\n\n"
        + "".join(
            f"  {100 + i}     {age[i]}   {sex[i]}    {bmi[i]:5.2f}   {ldl[i]:5.2f}\n"
            for i in range(12)
        )
        + "\n\nNumber of cases read:  12    Number of cases listed:  12\n",
    )
    add(
        "pandas-head",
        "df.txt",
        pd.DataFrame(
            {
                "iid": [f"EST{i:05d}" for i in range(5)],
                "age": age[:5],
                "sex": sex[:5],
                "bmi": bmi[:5],
                "ldl": ldl[:5],
            }
        ).to_string()
        + "\n",
    )
    add(
        "pandas-head-noid",
        "df2.txt",
        pd.DataFrame({"age": age[:8], "sex": sex[:8], "bmi": bmi[:8], "ldl": ldl[:8]}).to_string()
        + "\n",
    )
    people = pd.DataFrame({"age": age, "sex": sex, "bmi": bmi, "ldl": ldl})
    for o in ("split", "records", "index", "columns", "table", "values"):
        add(f"people-json-{o}", f"p_{o}.json", people.to_json(orient=o))
    add("people-jsonl", "p.jsonl", people.to_json(orient="records", lines=True))
    add(
        "people-md",
        "p.md",
        "# Cases\n\n| age | sex | bmi | ldl |\n|---|---|---|---|\n"
        + "".join(f"| {age[i]} | {sex[i]} | {bmi[i]} | {ldl[i]} |\n" for i in range(12)),
    )
    add(
        "people-latex",
        "p.tex",
        "\\begin{tabular}{llrr}\nAge & Sex & BMI & LDL \\\\\n\\hline\n"
        + "".join(f"{age[i]} & {sex[i]} & {bmi[i]} & {ldl[i]} \\\\\n" for i in range(12))
        + "\\end{tabular}\n",
    )
    add(
        "people-numeric-coded",
        "d.csv",
        "age,male,bmi,smoker,t2d\n"
        + "".join(
            f"{age[i]},{int(sex[i] == 'M')},{bmi[i]},{i % 2},{i % 3 == 0:d}\n" for i in range(30)
        ),
    )
    add(
        "people-obscure",
        "x.csv",
        "v1,v2,v3,v4,v5\n"
        + "".join(f"{age[i]},{int(sex[i] == 'M')},{bmi[i]},{ldl[i]},{i % 2}\n" for i in range(40)),
    )
    add(
        "people-transposed",
        "t.csv",
        ",".join(["variable"] + [f"S{i}" for i in range(30)])
        + "\n"
        + ",".join(["age"] + [str(a) for a in age[:30]])
        + "\n"
        + ",".join(["sex", *list(sex[:30])])
        + "\n"
        + ",".join(["bmi"] + [str(b) for b in bmi[:30]])
        + "\n",
    )
    add(
        "scaled",
        "scaled.csv",
        "z_age,z_bmi,z_ldl\n"
        + "".join(
            f"{a:.4f},{b:.4f},{c:.4f}\n"
            for a, b, c in zip(
                r.normal(size=200), r.normal(size=200), r.normal(size=200), strict=False
            )
        ),
    )
    add(
        "phenotype-file",
        "pheno.txt",
        "FID IID BMI\n" + "".join(f"{i} {i} {bmi[i]}\n" for i in range(40)),
    )
    add(
        "fam", "cohort.fam", "".join(f"F{i} I{i} 0 0 {1 + (sex[i] == 'F')} -9\n" for i in range(40))
    )
    add(
        "trios",
        "trios.csv",
        "child,father,mother,n_denovo\n"
        + "".join(f"C{i},F{i},M{i},{i % 4 + 60}\n" for i in range(15)),
    )
    add(
        "trios-nofreq",
        "trios.tsv",
        "family\tmother\tfather\tchild\tchild_sex\taffected\n"
        + "".join(
            f"FAM{i}\tFAM{i}-M\tFAM{i}-F\tFAM{i}-C\t{1 + i % 2}\t{1 + i % 2}\n" for i in range(12)
        ),
    )
    add(
        "trios-numbers",
        "ped.txt",
        "kid dad mom\n" + "".join(f"{3 * i + 1} {3 * i + 2} {3 * i + 3}\n" for i in range(20)),
    )
    add(
        "pedigree-nozeros",
        "ped.csv",
        "fam,id,pat,mat,sex,pheno\n"
        + "".join(f"{i},{i}03,{i}01,{i}02,{1 + i % 2},{1 + i % 2}\n" for i in range(1, 15)),
    )
    add(
        "denovo-list",
        "denovo.csv",
        "child,chrom,pos,ref,alt,gene\n"
        + "".join(f"C{i},{1 + i % 22},{1000000 + i * 7919},A,G,GENE{i}\n" for i in range(15)),
    )
    # small cells
    add(
        "r-table-small",
        "t.txt",
        """
          control case
  carrier       3    2
  none       2997 1998
""",
    )
    add(
        "r-table-small2",
        "t2.txt",
        """
        0    1
  F  1203    4
  M  1188   12
""",
    )
    add(
        "r-table-dnn",
        "t3.txt",
        """       outcome
carrier   no  yes
    no  2810  190
    yes    6    4
""",
    )
    add(
        "r-table-1d",
        "t4.txt",
        """
Duchenne     LGMD      SMA
     120        3       41
""",
    )
    add(
        "r-xtabs",
        "t5.txt",
        """, , sex = F

         case
genotype   0   1
      AA 800  90
      AG 210  31
      GG  18   2

, , sex = M

         case
genotype   0   1
      AA 790  92
      AG 220  36
      GG  20   4

""",
    )
    add(
        "stata-tab-small",
        "tab.log",
        """. tab gene case

           |         case
      gene |         0          1 |     Total
-----------+----------------------+----------
     BRCA1 |        12          3 |        15
     BRCA2 |        14          5 |        19
      none |      3797       1169 |      4966
-----------+----------------------+----------
     Total |     3,823      1,177 |     5,000
""",
    )
    add(
        "sas-freq-small",
        "freq.lst",
        """                                  The FREQ Procedure

                                                 Cumulative    Cumulative
             diagnosis   Frequency     Percent     Frequency      Percent
             ----------------------------------------------------------------
             G71.0             812       16.24           812        16.24
             G71.1               4        0.08           816        16.32
             none             4184       83.68          5000       100.00
""",
    )
    add(
        "spss-freq-small",
        "spss.txt",
        """diagnosis
                   Frequency   Percent   Valid Percent   Cumulative Percent
Valid   DMD              812      16.2            16.2                 16.2
        LGMD               3        .1              .1                 16.3
        none            4185      83.7            83.7                100.0
        Total           5000     100.0           100.0
""",
    )
    add(
        "spss-crosstab-small",
        "xt.txt",
        """sex * case Crosstabulation
Count
                     case
                   0       1    Total
sex    Female   2012       4     2016
       Male     1811       9     1820
Total           3823      13     3836
""",
    )
    add(
        "value-counts-small",
        "vc.txt",
        "diagnosis\nG71.0    120\nG71.1      3\nG12.1     41\nName: count, dtype: int64\n",
    )
    add("crosstab-small", "ct.csv", "gene,0,1\nBRCA1,812,4\nBRCA2,790,21\nnone,2100,300\n")
    add("crosstab-named", "ct2.csv", "case,False,True\nsex,,\nF,1200,3\nM,1188,12\n")
    add(
        "tableone-small",
        "t1.txt",
        """                     level     control        case           p
  n                                2400          40
  sex (%)            F       1210 (50.4)     37 (92.5)  <0.001
                     M       1190 (49.6)      3 ( 7.5)
  age (mean (SD))           54.31 (10.11) 57.12 (9.81)   0.04
""",
        n=2440,
    )
    add(
        "gtsummary-small",
        "gt.md",
        "|**Characteristic** | **control**, N = 2,400 | **case**, count = 40 |\n|:--|:--:|:--:|\n|Sex | | |\n|F | 1,210 (50%) | 37 (93%) |\n|M | 1,190 (50%) | 3 (7.5%) |\n",
        n=2440,
    )
    add("json-dotted", "c.json", json.dumps({"counts": {"G71.0": 120, "G71.1": 3, "G12.1": 41}}))
    add(
        "json-dotted-flat",
        "c2.json",
        json.dumps({"n.total": 5000, "n.carriers.RYR1": 3, "n.cases": 812}),
    )
    add(
        "json-nested-small",
        "c3.json",
        json.dumps({"n": 5000, "by_diagnosis": {"Duchenne": 120, "LGMD R9": 4, "SMA": 41}}),
    )
    add(
        "md-list-small",
        "c.md",
        "# Carriers by gene\n\n- RYR1: 3 carriers\n- TTN: 120 carriers\n- MYH7: 41 carriers\n",
    )
    add(
        "text-small",
        "c.txt",
        "Carriers of pathogenic variants\n\nRYR1 ........ 3\nTTN ......... 120\nMYH7 ........ 41\n",
    )
    add("flag-mean", "fm.csv", "group,n,mean_diabetic\nA,40,0.05\nB,35,0.0857\n")
    add(
        "flag-mean2",
        "fm2.csv",
        "site,n,diabetes_mean,smoker_mean\nTallinn,1200,0.12,0.3\nNarva,25,0.04,0.28\n",
    )
    add(
        "flag-mean-print",
        "fm3.txt",
        "          n  carrier\narm                 \ncases   120   0.0250\ncontrols 80   0.0125\n",
    )
    add(
        "dominance",
        "cost.csv",
        "hospital,n,total_cost,largest\nA,20,1000000,930000\nB,300,2100000,31000\n",
    )
    add(
        "dominance-max",
        "cost2.csv",
        "hospital,n_patients,total_cost,max_cost\nA,20,1000000,930000\nB,300,2100000,31000\n",
    )
    add("dominance-top2", "cost3.csv", "site,n,sum,max1,max2\nA,20,1000,700,250\nB,30,2000,80,70\n")
    add("percent-small", "pc.csv", "group,n,pct_carriers\nA,200,1.5\nB,300,1.0\n")
    add(
        "lm-dof",
        "lm.txt",
        """
Call:
lm(formula = ldl ~ age + sex + bmi + prs, data = d)

Coefficients:
            Estimate Std. Error t value Pr(>|t|)
(Intercept)  4.91523    1.33410   3.684   0.0347 *
age          0.04121    0.01540   2.676   0.0753 .
sexM         0.61222    0.52110   1.175   0.3248
bmi          0.01222    0.02110   0.579   0.6030
prs          0.90121    0.26020   3.464   0.0405 *

Residual standard error: 0.511 on 3 degrees of freedom
Multiple R-squared:  0.9514,	Adjusted R-squared:  0.8866
F-statistic: 14.67 on 4 and 3 DF,  p-value: 0.02614
""",
    )
    add(
        "ols-dof",
        "ols.csv",
        "term,coef,se,t,p,nobs,df_resid\nIntercept,1.2,0.4,3,0.03,9,4\nage,0.03,0.01,3,0.03,9,4\n",
    )
    # prose
    add(
        "prose-1",
        "note.md",
        "# Findings\n\nWe identified one patient, a 34-year-old woman from Tartu with p.R2452W in RYR1 and malignant hyperthermia.\n",
    )
    add(
        "prose-2",
        "case.txt",
        "A boy of 7 years from Narva was found to carry a hemizygous deletion of exons 45-50 of DMD; his mother is a carrier and his brother is affected.\n",
    )
    add(
        "prose-3",
        "results.md",
        "Among the carriers there were two siblings aged 12 and 15 from Saaremaa, both homozygous for c.1521_1523delCTT.\n",
    )
    add(
        "prose-4",
        "discussion.txt",
        "The index case presented at 41 with proximal weakness. She carried RYR1 c.7354C>T (p.Arg2452Trp) and lived in Viljandi county.\n",
    )
    add(
        "prose-5",
        "summary.md",
        "Three individuals in the cohort carried the BRCA1 c.5266dupC variant: a 45-year-old male teacher, a 61-year-old woman with breast cancer diagnosed in 2014, and her daughter.\n",
    )
    add(
        "prose-6",
        "email.txt",
        "Hi, just to let you know that participant 1123 (male, 58, Pärnu) has the LDLR variant and an LDL of 9.1. Can you check his chart?\n",
    )
    add(
        "prose-few",
        "res.md",
        "Only 3 carriers of the LDLR variant were found, all of them women from Hiiumaa diagnosed before the age of 30.\n",
    )
    add(
        "prose-de",
        "fall.txt",
        "Fallbericht: Patientin, 52 Jahre alt, aus Tartu, heterozygot für p.Arg2452Trp, maligne Hyperthermie bei der Narkose 2011.\n",
    )
    add(
        "case-report-json",
        "case.json",
        json.dumps(
            {
                "case": {
                    "age": 34,
                    "sex": "F",
                    "variant": "p.R2452W",
                    "gene": "RYR1",
                    "phenotype": "malignant hyperthermia",
                }
            }
        ),
    )
    add(
        "case-kv",
        "case2.txt",
        "Age: 34\nSex: female\nGene: RYR1\nVariant: c.7354C>T\nZygosity: heterozygous\nPhenotype: malignant hyperthermia\n",
    )
    # scores etc
    add("resid-txt", "resid.txt", "".join(f"{x:.5f}\n" for x in r.normal(size=300)))
    add(
        "r-print-vector",
        "resid2.txt",
        "\n".join(
            f"  [{1 + i * 8}] " + " ".join(f"{x: .5f}" for x in r.normal(size=8)) for i in range(30)
        )
        + "\n",
    )
    add(
        "pca-eigenvec",
        "pca.eigenvec",
        "#FID IID PC1 PC2 PC3\n"
        + "".join(
            f"{i} {i} {a:.5f} {b:.5f} {c:.5f}\n"
            for i, (a, b, c) in enumerate(r.normal(size=(50, 3)))
        ),
    )
    add(
        "admixture-q",
        "cohort.3.Q",
        "\n".join(" ".join(f"{x:.6f}" for x in r.dirichlet([1, 1, 1])) for _ in range(60)) + "\n",
    )
    add(
        "prs-sscore",
        "prs.sscore",
        "#IID\tALLELE_CT\tNAMED_ALLELE_DOSAGE_SUM\tSCORE1_AVG\n"
        + "".join(f"S{i}\t154\t{60 + i % 20}\t{x:.6f}\n" for i, x in enumerate(r.normal(size=40))),
    )
    add(
        "prsice-best",
        "prs.best",
        "FID IID In_Regression PRS\n"
        + "".join(f"{i} {i} Yes {x:.6f}\n" for i, x in enumerate(r.normal(size=40))),
    )
    add(
        "predictions",
        "pred.csv",
        "y_true,y_prob\n"
        + "".join(f"{i % 2},{x:.4f}\n" for i, x in enumerate(r.uniform(size=100))),
    )
    add(
        "kinship",
        "king.kin0",
        "#IID1\tIID2\tNSNP\tHETHET\tIBS0\tKINSHIP\n"
        + "".join(f"S{i}\tS{i + 1}\t81233\t0.12\t0.01\t0.25\n" for i in range(12)),
    )
    add(
        "genome",
        "plink.genome",
        "FID1 IID1 FID2 IID2 RT EZ Z0 Z1 Z2 PI_HAT PHE DST PPC RATIO\n"
        + "".join(
            f"{i} {i} {i + 1} {i + 1} UN NA 0.25 0.5 0.25 0.5 -1 0.85 1 5.1\n" for i in range(12)
        ),
    )
    add(
        "plink-imiss",
        "plink.imiss",
        "FID IID MISS_PHENO N_MISS N_GENO F_MISS\n"
        + "".join(f"{i} {i} N {100 + i} 81233 0.0012\n" for i in range(30)),
    )
    add(
        "plink-het",
        "plink.het",
        "FID IID O(HOM) E(HOM) N(NM) F\n"
        + "".join(
            f"{i} {i} {50000 + i * 7} 5.1e4 81233 {x:.4f}\n"
            for i, x in enumerate(r.normal(0, 0.02, 30))
        ),
    )
    add(
        "sexcheck",
        "plink.sexcheck",
        "FID IID PEDSEX SNPSEX STATUS F\n" + "".join(f"{i} {i} 1 1 OK 0.99\n" for i in range(30)),
    )
    add(
        "plink-raw",
        "x.raw",
        "FID IID PAT MAT SEX PHENOTYPE rs1_A rs2_C rs3_T\n"
        + "".join(f"{i} {i} 0 0 1 -9 {i % 3} {(i + 1) % 3} 0\n" for i in range(30)),
    )
    add(
        "plink-ped",
        "x.ped",
        "".join(
            f"{i} {i} 0 0 1 -9 " + " ".join(r.choice(list("AG"), 40)) + "\n" for i in range(10)
        ),
    )
    add(
        "oxford-gen",
        "x.gen",
        "".join(
            f"1 rs{i} {1000 + i} A G "
            + " ".join(
                "1 0 0" if x == 0 else "0 1 0" if x == 1 else "0 0 1" for x in r.integers(0, 3, 30)
            )
            + "\n"
            for i in range(30)
        ),
    )
    add(
        "km-steps",
        "km.csv",
        "timeline,KM_estimate\n"
        + "".join(
            f"{t:.3f},{1 - i / 200:.4f}\n" for i, t in enumerate(np.sort(r.uniform(0, 10, 100)))
        ),
    )
    add(
        "r-survfit-full",
        "survfit.txt",
        "Call: survfit(formula = Surv(time, status) ~ 1, data = d)\n\n time n.risk n.event survival std.err lower 95% CI upper 95% CI\n"
        + "".join(
            f"{5 + i * 7 + i % 3:5d} {30 - i:6d}       1    {1 - (i + 1) / 30:.3f}  {0.03:.4f}        {max(0, 1 - (i + 1) / 30 - 0.05):.3f}        {min(1, 1 - (i + 1) / 30 + 0.05):.3f}\n"
            for i in range(25)
        ),
    )
    add(
        "rare-carriers",
        "carriers.csv",
        "gene,variant,n_carriers\nBRCA1,c.5266dupC,3\nBRCA2,c.5946delT,5\nTTN,c.1234A>G,41\n",
    )
    add(
        "rare-table-md",
        "rare.md",
        "| Gene | Variant | Carriers | Cases |\n|---|---|---|---|\n| BRCA1 | c.5266dupC | 3 | 2 |\n| BRCA2 | c.5946delT | 5 | 4 |\n",
    )
    add(
        "variants-of-one",
        "variants.tsv",
        "chrom\tpos\tref\talt\tzygosity\tdepth\tgene\n"
        + "".join(
            f"{1 + i % 22}\t{100000 + i * 991}\tA\tG\t{'het' if i % 3 else 'hom'}\t{30 + i}\tG{i}\n"
            for i in range(30)
        ),
    )
    add(
        "lead-rare",
        "lead.csv",
        "rsid,chr,pos,ea,nea,eac,n,beta,se,p\nrs1,1,1000,A,G,4,5000,2.1,0.4,1e-8\nrs2,2,2000,C,T,300,5000,0.2,0.03,1e-12\n",
    )
    add(
        "freq-rare",
        "rare.frq",
        " CHR  SNP  A1 A2  MAF  NCHROBS\n   1  rs1   A  G  0.0003  10000\n   1  rs2   A  G  0.0001  10000\n   2  rs3   C  T  0.12  10000\n",
    )
    add(
        "frqx",
        "plink.frqx",
        "CHR\tSNP\tA1\tA2\tC(HOM A1)\tC(HET)\tC(HOM A2)\tC(HAP A1)\tC(HAP A2)\tC(MISSING)\n1\trs1\tA\tG\t0\t3\t4997\t0\t0\t0\n2\trs3\tC\tT\t112\t1200\t3688\t0\t0\t0\n",
    )
    add(
        "dates-admission",
        "adm.csv",
        "hospital,admission_date,diagnosis,age,sex\n"
        + "".join(
            f"{['Tartu', 'Narva'][i % 2]},2021-0{1 + i % 9}-1{i % 9},G71.{i % 9},{age[i]},{sex[i]}\n"
            for i in range(15)
        ),
    )
    add(
        "names",
        "names.csv",
        "first_name,last_name,result\n"
        + "".join(
            f"{f},{last},positive\n"
            for f, last in zip(
                [
                    "Mari",
                    "Jaan",
                    "Liis",
                    "Tõnu",
                    "Kati",
                    "Peeter",
                    "Anu",
                    "Jüri",
                    "Tiina",
                    "Rein",
                    "Piret",
                    "Ants",
                ],
                [
                    "Tamm",
                    "Saar",
                    "Sepp",
                    "Mägi",
                    "Kask",
                    "Kukk",
                    "Rebane",
                    "Ilves",
                    "Pärn",
                    "Oja",
                    "Luik",
                    "Karu",
                ],
                strict=False,
            )
        ),
    )
    return found


def listings() -> Items:
    for name, (file, text, n) in _read().items():
        yield Item(f"listing-{name}", "block", {file: text.encode()}, n=n)


MAKERS = (listings,)
