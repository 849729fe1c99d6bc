"""Consequences of variants, from VEP's ``CSQ`` or SnpEff's ``ANN``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

# Sequence Ontology terms, the most severe first (Ensembl's order of calculated consequences).
SEVERITY = {
    term: rank
    for rank, term in enumerate(
        [
            "transcript_ablation",
            "splice_acceptor_variant",
            "splice_donor_variant",
            "stop_gained",
            "frameshift_variant",
            "stop_lost",
            "start_lost",
            "transcript_amplification",
            "feature_elongation",
            "feature_truncation",
            "inframe_insertion",
            "inframe_deletion",
            "missense_variant",
            "protein_altering_variant",
            "splice_donor_5th_base_variant",
            "splice_region_variant",
            "splice_donor_region_variant",
            "splice_polypyrimidine_tract_variant",
            "incomplete_terminal_codon_variant",
            "start_retained_variant",
            "stop_retained_variant",
            "synonymous_variant",
            "coding_sequence_variant",
            "mature_miRNA_variant",
            "5_prime_UTR_variant",
            "3_prime_UTR_variant",
            "non_coding_transcript_exon_variant",
            "intron_variant",
            "NMD_transcript_variant",
            "non_coding_transcript_variant",
            "coding_transcript_variant",
            "upstream_gene_variant",
            "downstream_gene_variant",
            "TFBS_ablation",
            "TFBS_amplification",
            "TF_binding_site_variant",
            "regulatory_region_ablation",
            "regulatory_region_amplification",
            "regulatory_region_variant",
            "intergenic_variant",
            "sequence_variant",
        ]
    )
}

# Our column -> the names it has in CSQ and in ANN.
_NAMES = {
    "gene": ("SYMBOL", "Gene_Name"),
    "gene_id": ("Gene", "Gene_ID"),
    "consequence": ("Consequence", "Annotation"),
    "impact": ("IMPACT", "Annotation_Impact"),
    "hgvs_c": ("HGVSc", "HGVS.c"),
    "hgvs_p": ("HGVSp", "HGVS.p"),
}
_ANN_ALIASES = {
    "Effect": "Annotation",
    "Putative_impact": "Annotation_Impact",
    "Gene Name": "Gene_Name",
}
_ANN_FIELDS = [
    "Allele",
    "Annotation",
    "Annotation_Impact",
    "Gene_Name",
    "Gene_ID",
    "Feature_Type",
    "Feature_ID",
    "Transcript_BioType",
    "Rank",
    "HGVS.c",
    "HGVS.p",
]

Annotation = dict[str, str | None]
NOTHING: Annotation = dict.fromkeys(_NAMES)


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
            names = list(_ANN_FIELDS)
        names = [_ANN_ALIASES.get(name, name).removesuffix(" / mRNA.length") for name in names]
        return Annotator(key, tuple(names))

    def of_allele(
        self, value: str, reference: str, alternates: Sequence[str], index: int
    ) -> Annotation:
        """Return the most severe consequence of one alternate allele (``index`` from 1)."""
        best, best_rank = NOTHING, len(SEVERITY) + 1
        wanted = self._names_of(reference, alternates, index)
        for entry in value.split(","):
            parts = dict(zip(self.fields, entry.split("|"), strict=False))
            if not self._concerns(parts, wanted, len(alternates), index):
                continue
            annotation = _columns(parts)
            rank = SEVERITY.get(annotation["consequence"] or "", len(SEVERITY))
            if rank < best_rank:
                best, best_rank = annotation, rank
        return best

    def _concerns(
        self, parts: dict[str, str], wanted: frozenset[str], n_alternates: int, index: int
    ) -> bool:
        if parts.get("ALLELE_NUM"):
            return parts["ALLELE_NUM"] == str(index)
        return n_alternates == 1 or parts.get("Allele", "") in wanted

    def _names_of(self, reference: str, alternates: Sequence[str], index: int) -> frozenset[str]:
        """Names an allele has: as in ALT, and as VEP trims it (``A`` of ``G>GA``, ``-``)."""
        alternate = alternates[index - 1]
        is_trimmed = any(len(a) != len(reference) for a in alternates) and all(
            a == "*" or a[:1] == reference[:1] for a in alternates
        )
        trimmed = (alternate[1:] or "-") if is_trimmed and alternate != "*" else alternate
        return frozenset({alternate, trimmed})


def _columns(parts: dict[str, str]) -> Annotation:
    found: Annotation = {}
    for column, names in _NAMES.items():
        text = next((parts[name] for name in names if parts.get(name)), "")
        found[column] = unquote(text) or None
    terms = (found["consequence"] or "").split("&")
    found["consequence"] = min(terms, key=lambda t: SEVERITY.get(t, len(SEVERITY))) or None
    return found
