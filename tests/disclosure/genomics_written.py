"""Rows and names that tests of tables of genomics have in common."""

from __future__ import annotations

LOCI = [(f"rs{41_000 + 977 * i}", 1 + i // 2, 1_000_000 + 3_100_000 * i) for i in range(24)]


def rows(head: str, lines: list[list[object]], delimiter: str = "\t") -> str:
    return "\n".join([head, *(delimiter.join(map(str, line)) for line in lines)]) + "\n"


GENES = [
    "BRCA1",
    "BRCA2",
    "PALB2",
    "ATM",
    "CHEK2",
    "TP53",
    "MLH1",
    "MSH6",
    "LDLR",
    "APOB",
    "PCSK9",
    "MYH7",
    "LMNA",
    "SCN5A",
    "KCNQ1",
    "TTN",
    "HNF1A",
    "MC4R",
    "APOE",
    "LRRK2",
    "SLC30A8",
    "CFTR",
    "HBB",
    "G6PD",
]

SETS = ["GO:0006869", "GO:0006281", "GO:0032868", "GO:0060048"]
