"""Consequences of variants, from VEP's ``CSQ`` or SnpEff's ``ANN``.

Sources: the VCF output of Ensembl's Variant Effect Predictor, and "Variant annotations in VCF
format" 1.0 (Cingolani, Cunningham, McLaren and Wang, 2015).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from gdi_spe.store.consequences import INTERGENIC, severity

# Our column -> the names it has in CSQ and in ANN.
_NAMES = {
    "gene": ("SYMBOL", "Gene_Name"),
    "gene_id": ("Gene", "Gene_ID"),
    "consequence": ("Consequence", "Annotation"),
    "impact": ("IMPACT", "Annotation_Impact"),
    "hgvs_c": ("HGVSc", "HGVS.c"),
    "hgvs_p": ("HGVSp", "HGVS.p"),
}
# Spellings of SnpEff's versions, without case, blanks and underscores -> the name used here.
_ANN_SPELLINGS = {
    "effect": "Annotation",
    "annotation": "Annotation",
    "putativeimpact": "Annotation_Impact",
    "annotationimpact": "Annotation_Impact",
    "impact": "Annotation_Impact",
    "genename": "Gene_Name",
    "geneid": "Gene_ID",
    "hgvs.c": "HGVS.c",
    "hgvs.p": "HGVS.p",
}
_ANN_FIELDS = (
    "Allele|Annotation|Annotation_Impact|Gene_Name|Gene_ID|Feature_Type|Feature_ID"
    "|Transcript_BioType|Rank|HGVS.c|HGVS.p"
)
# What VEP calls symbolic alleles.
_SYMBOLIC = {
    "DEL": "deletion",
    "DUP": "duplication",
    "DUP:TANDEM": "tandem_duplication",
    "INS": "insertion",
    "INV": "inversion",
    "CNV": "copy_number_variation",
}
# Of equally severe transcripts of a gene the one that has the first of these is told.
_PREFERRED = ("PICK", "MANE_SELECT", "CANONICAL")

# The annotation columns, and under "other_genes" the same of each further gene, or None.
Annotation = dict[str, Any]
NOTHING: Annotation = {**dict.fromkeys(_NAMES), "other_genes": None}
Entry = Mapping[str, str]
# The names of each alternate of a record.
Spelling = list[frozenset[str]]


@dataclass(frozen=True)
class Annotator:
    """Knows which INFO field holds the consequences and what its parts mean."""

    key: str
    fields: tuple[str, ...]

    @staticmethod
    def from_header(key: str, description: str) -> Annotator:
        """Read the order of the parts from the header's description."""
        found = re.search(r"(?:Format|annotations):\s*'?([^\"']*)", description)
        names = [part.strip() for part in found.group(1).split("|")] if found else []
        if key == "ANN" and len(names) < 3:
            names = _ANN_FIELDS.split("|")
        if "Consequence" not in names:
            names = [_ANN_SPELLINGS.get(re.sub("[ _]", "", n).lower(), n) for n in names]
        return Annotator(key, tuple(names))

    @property
    def is_vep(self) -> bool:
        """VEP trims alleles and writes ``Consequence``; SnpEff does neither."""
        return "Consequence" in self.fields

    def of_allele(
        self, value: str, reference: str, alternates: Sequence[str], index: int
    ) -> Annotation:
        """Return what is told of one alternate allele (``index`` from 1).

        The columns tell of the gene that it does the most severe thing to, ``other_genes`` of each
        further gene the most severe thing it does to that one.
        """
        entries = [dict(zip(self.fields, e.split("|"), strict=False)) for e in value.split(",")]
        best: dict[str, tuple[tuple[int, ...], Annotation]] = {}
        for entry in self._of(entries, reference, alternates, index):
            told = _columns(entry)
            rank = (severity(told["consequence"] or ""), *(not entry.get(n) for n in _PREFERRED))
            key = told["gene"] or told["gene_id"] or ""
            if key not in best or rank < best[key][0]:
                best[key] = (rank, told)
        if not best:
            return NOTHING
        first, *others = (told for _, told in sorted(best.values(), key=lambda each: each[0]))
        others = [told for told in others if told["gene"] or told["gene_id"]]
        return {**first, "other_genes": others or None}

    def _of(
        self, entries: list[dict[str, str]], reference: str, alternates: Sequence[str], index: int
    ) -> list[dict[str, str]]:
        """Return the entries about one allele, by its number, else by its name."""
        numbers = {entry.get("ALLELE_NUM", "") for entry in entries}
        # A record split after it was annotated still has the entries of all its alleles.
        if "" not in numbers and (len(alternates) > 1 or numbers == {"1"}):
            return [entry for entry in entries if entry["ALLELE_NUM"] == str(index)]
        written = {self._allele_of(entry) for entry in entries}
        names = _names_of(self._spellings(reference, alternates), written, index)
        found = [entry for entry in entries if self._allele_of(entry) in names]
        is_alone = len(alternates) == len(written) == 1
        return entries if is_alone and not found else found

    def _allele_of(self, entry: Entry) -> str:
        """Return the allele that an entry names; SnpEff adds what it was compared with."""
        allele = entry.get("Allele", "").upper()
        return allele if self.is_vep or allele[:1] == "<" else allele.split("-")[0]

    def _spellings(self, reference: str, alternates: Sequence[str]) -> list[Spelling]:
        """Return the ways in which all alternates of a record may be named, the likeliest first."""
        written = [_written(alternate.upper()) for alternate in alternates]
        if not self.is_vep:
            return [written]
        bases = [alternate.upper() for alternate in alternates]
        minimal = [_minimal(reference.upper(), alternate) for alternate in bases]
        return [_without_first_base(reference.upper(), bases), written, minimal]


def _names_of(spellings: list[Spelling], written: set[str], index: int) -> frozenset[str]:
    """Return an allele's names, in the first way that explains all that is written."""
    for names in spellings:
        if written <= frozenset().union(*names):
            return names[index - 1]
    return frozenset().union(*(names[index - 1] for names in spellings))


def _written(alternate: str) -> frozenset[str]:
    if alternate[:1] != "<":
        return frozenset({alternate})
    kind = alternate.strip("<>")
    return frozenset({alternate, kind, _SYMBOLIC.get(kind, kind).upper()})


def _without_first_base(reference: str, alternates: Sequence[str]) -> Spelling:
    """As VEP does where an alternate differs in length and all share their first base."""
    is_shared = all(a == "*" or a[:1] == reference[:1] for a in alternates)
    if not is_shared or all(len(a) == len(reference) for a in alternates):
        return [frozenset({a}) for a in alternates]
    return [frozenset({a if a == "*" else a[1:] or "-"}) for a in alternates]


def _minimal(reference: str, alternate: str) -> frozenset[str]:
    """As VEP does with ``--minimal``: each alternate without what it shares with the reference."""
    if alternate == "*" or alternate[:1] == "<":
        return frozenset({alternate})
    while reference and alternate and reference[0] == alternate[0]:
        reference, alternate = reference[1:], alternate[1:]
    while reference and alternate and reference[-1] == alternate[-1]:
        reference, alternate = reference[:-1], alternate[:-1]
    return frozenset({alternate or "-"})


def _columns(entry: Entry) -> Annotation:
    found: Annotation = {}
    for column, names in _NAMES.items():
        text = next((entry[name] for name in names if entry.get(name)), "")
        found[column] = unquote(text) or None
    terms = (found["consequence"] or "").split("&")
    found["consequence"] = min(terms, key=severity) or None
    if found["consequence"] in INTERGENIC:
        found["gene"] = found["gene_id"] = None
    return found
