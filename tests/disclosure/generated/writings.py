# ruff: noqa: E501  # made exports read better with one item a line
"""More harm as programs and people write it: survival, trees, code, families, gene tests."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items


def _read() -> dict[str, tuple[str, str, int]]:
    """Each export's file name, content and number of people, by its own name."""
    found: dict[str, tuple[str, str, int]] = {}

    def add(name: str, file: str, text: str, n: int = 5000) -> None:
        found[name] = (file, text, n)

    r = kit.rng(6)
    add("freq-table-pct-n", "f.csv", "diagnosis,percent\nDMD,2.4\nLGMD,0.06\nSMA,0.8\n", n=5000)
    add(
        "gtsummary-csv-small",
        "gts.csv",
        'Characteristic,"No, N = 4,100","Yes, N = 40"\n"Sex, n (%)",,\nF,"2,102 (51%)",36 (90%)\nM,"1,998 (49%)",4 (10%)\n',
    )
    add(
        "survdiff-small",
        "lr.txt",
        """               N Observed Expected (O-E)^2/E (O-E)^2/V
carrier=no  4100      612      609      0.01      1.1
carrier=yes    6        3      1.1      3.01      3.1
""",
    )
    add(
        "median-surv-small",
        "ms.txt",
        """               n events median 0.95LCL 0.95UCL
carrier=no  4100    612   14.2    13.8    14.9
carrier=yes    7      2   11.9    11.1      NA
""",
    )
    add(
        "emmeans-few",
        "emm.csv",
        "genotype,n,emmean,SE\nAA,4100,3.4,0.01\nAG,880,3.3,0.03\nGG,4,2.1,0.4\n",
    )
    add(
        "mosaic-2x2-latex",
        "t.tex",
        "\\begin{tabular}{lrr}\n & Case & Control \\\\\n\\hline\nCarrier & 4 & 2 \\\\\nNon-carrier & 896 & 4098 \\\\\n\\end{tabular}\n",
    )
    add(
        "nested-latex-pct",
        "t2.tex",
        "\\begin{tabular}{lr}\nSite & Carriers, n (\\%) \\\\\nTartu & 3 (0.5) \\\\\nTallinn & 41 (2.1) \\\\\n\\end{tabular}\n",
    )
    add(
        "md-carriers",
        "c.md",
        "| Variant | N carriers (het) | N carriers (hom) |\n|---|---|---|\n| c.35delG | 88 | 2 |\n| p.M34T | 120 | 14 |\n",
    )
    add(
        "html-table-people",
        "p.html",
        "<table><tr><th>Case</th><th>Age</th><th>Sex</th><th>Variant</th></tr>"
        + "".join(
            f"<tr><td>{i}</td><td>{30 + i}</td><td>{'FM'[i % 2]}</td><td>c.{100 + i}A&gt;G</td></tr>"
            for i in range(8)
        )
        + "</table>",
    )
    add(
        "phenopacket",
        "pp.json",
        json.dumps(
            {
                "id": "arbitrary.1",
                "subject": {
                    "id": "proband A",
                    "timeAtLastEncounter": {"age": {"iso8601duration": "P34Y"}},
                    "sex": "FEMALE",
                },
                "phenotypicFeatures": [
                    {"type": {"id": "HP:0003473", "label": "Fatigable weakness"}}
                ],
            }
        ),
    )
    add(
        "ndjson-people",
        "p.ndjson",
        "".join(
            json.dumps({"pid": f"P{i}", "age": 30 + i, "sex": "FM"[i % 2], "bmi": 24.1}) + "\n"
            for i in range(10)
        ),
    )
    add(
        "sql-insert",
        "dump.sql",
        "CREATE TABLE p (id int, age int, sex text, dx text);\n"
        + "".join(
            f"INSERT INTO p VALUES ({1000 + i}, {30 + i}, '{'FM'[i % 2]}', 'G71.{i % 9}');\n"
            for i in range(20)
        ),
    )
    add(
        "r-dput",
        "d.R",
        'structure(list(age = c(54L, 61L, 38L, 47L, 70L, 29L, 55L, 66L, 41L, 59L, 33L, 48L, 52L, 60L, 45L, 39L), sex = c("F", "M", "M", "F", "F", "M", "F", "M", "F", "M", "F", "M", "F", "M", "F", "M"), bmi = c(24.1, 31.2, 22.9, 27.7, 25, 26.1, 24.4, 29.1, 22.2, 30.1, 24, 25.5, 26.6, 27.7, 21.1, 23.3)), class = "data.frame", row.names = c(NA, -16L))\n',
    )
    add(
        "python-dict-list",
        "cases.py",
        "cases = [\n"
        + "".join(
            f"    {{'age': {30 + i}, 'sex': '{'FM'[i % 2]}', 'bmi': {24 + i / 10}}},\n"
            for i in range(20)
        )
        + "]\n",
    )
    add(
        "geno-wide-letters",
        "g.csv",
        "sample,rs1,rs2,rs3,rs4\n"
        + "".join(
            f"S{i},{a},{b},{c},{d}\n"
            for i, (a, b, c, d) in enumerate(r.choice(["AA", "AG", "GG"], (15, 4)))
        ),
    )
    add(
        "geno-long",
        "gl.csv",
        "sample,rsid,genotype\n"
        + "".join(f"S{i // 5},rs{i % 5},{['0/0', '0/1', '1/1'][i % 3]}\n" for i in range(60)),
    )
    add(
        "dosage-transposed",
        "dos.tsv",
        "rsid\t"
        + "\t".join(f"I{i}" for i in range(25))
        + "\n"
        + "".join(
            f"rs{j}\t"
            + "\t".join(
                f"{x:.2f}" for x in np.clip(r.binomial(2, 0.3, 25) + r.normal(0, 0.03, 25), 0, 2)
            )
            + "\n"
            for j in range(25)
        ),
    )
    add(
        "hla-types",
        "hla.csv",
        "subject,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2\n"
        + "".join(
            f"{i},A*0{1 + i % 3}:01,A*02:01,B*07:02,B*08:01,DRB1*15:01,DRB1*03:01\n"
            for i in range(12)
        ),
    )
    add(
        "cnv-calls",
        "cnv.tsv",
        "sample\tchr\tstart\tend\ttype\tcopy_number\n"
        + "".join(
            f"S{i:03d}\t{1 + i % 22}\t{10000 * i}\t{10000 * i + 5000}\tDEL\t1\n" for i in range(15)
        ),
    )
    add(
        "roh",
        "roh.hom",
        "FID IID CHR SNP1 SNP2 POS1 POS2 KB NSNP\n"
        + "".join(
            f"{i} {i} {1 + i % 22} rs{i} rs{i + 9} {i * 1000} {i * 1000 + 900000} 900.1 812\n"
            for i in range(15)
        ),
    )
    add(
        "pgx-calls",
        "pgx.csv",
        "patient,CYP2D6,CYP2C19,VKORC1\n"
        + "".join(f"{i},*1/*{2 + i % 4},*1/*17,AG\n" for i in range(12)),
    )
    add(
        "acmg-findings",
        "acmg.csv",
        "iid,gene,hgvsc,classification\n"
        + "".join(f"EE{i:04d},BRCA{1 + i % 2},c.{100 + i}del,Pathogenic\n" for i in range(6)),
    )
    add(
        "family-hist",
        "fam.csv",
        "family_id,proband_age,n_affected,inheritance,gene\n"
        + "".join(f"{i},{12 + i},2,AR,CFTR\n" for i in range(10)),
    )
    add(
        "top-scores",
        "top.csv",
        "rank,prs,age,sex\n"
        + "".join(f"{i},{4 - 0.1 * i:.2f},{40 + i},{'FM'[i % 2]}\n" for i in range(1, 11)),
    )
    add(
        "outlier-list",
        "outl.txt",
        "Outliers removed (> 6 SD on PC1):\n"
        + "".join(f"EST{i:06d}  PC1={6 + i / 10:.2f}\n" for i in range(6)),
    )
    add(
        "log-with-ids",
        "run.log",
        "Reading samples\nExcluding sample EST004411: sex mismatch (F=0.98, reported female)\nExcluding sample EST007812: call rate 0.91\nDone.\n",
    )
    add(
        "cluster-assign",
        "clusters.csv",
        "row,cluster,umap1,umap2\n"
        + "".join(
            f"{i},{i % 4},{a:.4f},{b:.4f}\n" for i, (a, b) in enumerate(r.normal(size=(60, 2)))
        ),
    )
    add(
        "knn",
        "knn.json",
        json.dumps(
            {
                "model": "knn",
                "k": 5,
                "X": r.normal(size=(50, 4)).round(3).tolist(),
                "y": [int(x) for x in r.integers(0, 2, 50)],
            }
        ),
    )
    add(
        "decision-tree-leaf",
        "tree.txt",
        "|--- prs <= 1.31\n|   |--- weights: [412.00, 3.00] class: 0\n|--- prs >  1.31\n|   |--- age <= 31.50\n|   |   |--- weights: [2.00, 1.00] class: 0\n|   |--- age >  31.50\n|   |   |--- weights: [9.00, 23.00] class: 1\n",
        n=450,
    )
    add(
        "km-atrisk-small",
        "km.csv",
        "time,n_risk,n_event,survival\n0,40,0,1\n1,31,5,0.87\n2,18,7,0.61\n3,6,5,0.35\n4,2,2,0.1\n",
        n=40,
    )
    add(
        "time-to-event",
        "tte.csv",
        "time,event,arm\n"
        + "".join(f"{x:.2f},{i % 2},{'AB'[i % 2]}\n" for i, x in enumerate(r.exponential(5, 40))),
    )
    add(
        "lab-series",
        "labs.csv",
        "visit,date,ldl,hdl,tg\n"
        + "".join(
            f"{i},2021-{1 + i % 12:02d}-1{i % 9},{3 + i / 10:.1f},1.{i % 9},1.{i % 7}\n"
            for i in range(12)
        ),
    )
    add(
        "postcodes",
        "pc.csv",
        "postcode,age,diagnosis\n"
        + "".join(f"{51000 + i},{30 + i},G71.{i % 9}\n" for i in range(12)),
    )
    add("means-n1", "m.csv", "site,n,mean_ldl\nTartu,412,3.4\nKihnu,1,7.9\n")
    add("mean-sd-small", "m2.csv", "genotype,n,mean_ldl,sd_ldl\nAA,4100,3.4,0.8\nGG,4,2.1,0.9\n")
    add("pct-1dp", "p1.csv", "hospital,n_patients,pct_dead\nA,41,2.4\nB,300,3.1\n")
    add(
        "vcf-in-text",
        "v.txt",
        "chr1 12345 . A G . PASS . GT 0/1 0/0 1/1 0/1 0/0\nchr1 22345 . C T . PASS . GT 0/0 0/1 0/1 0/0 1/1\n"
        * 12,
    )
    add(
        "hash-ids",
        "h.csv",
        "key,score\n"
        + "".join(f"{hashlib.sha1(str(i).encode()).hexdigest()},{i / 7:.3f}\n" for i in range(12)),
    )
    return found


def writings() -> Items:
    for name, (file, text, n) in _read().items():
        yield Item(f"writing-{name}", "block", {file: text.encode()}, n=n)


MAKERS = (writings,)
