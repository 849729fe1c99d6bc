"""What a variant does to a gene: Sequence Ontology names, and the groups asked for together.

Terms are those that Ensembl VEP and SnpEff write, most severe first within each group.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.consequences import BY_SEVERITY

PROTEIN_TRUNCATING = (
    "transcript_ablation",
    "exon_loss_variant",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "stop_gained",
    "frameshift_variant",
    "start_lost",
)
MISSENSE = (
    "missense_variant",
    "inframe_insertion",
    "disruptive_inframe_insertion",
    "conservative_inframe_insertion",
    "inframe_deletion",
    "disruptive_inframe_deletion",
    "conservative_inframe_deletion",
    "rare_amino_acid_variant",
    "protein_altering_variant",
    "stop_lost",
)
SYNONYMOUS = ("synonymous_variant", "stop_retained_variant", "start_retained_variant")

GROUPS: dict[str, tuple[str, ...]] = {
    "protein_truncating": PROTEIN_TRUNCATING,
    "missense": MISSENSE,
    "damaging": PROTEIN_TRUNCATING + MISSENSE,
    "synonymous": SYNONYMOUS,
}

TERMS = BY_SEVERITY

# Accessions of the consequences that have no kinds among those that annotators write.
ACCESSIONS = {
    "SO:0001893": "transcript_ablation",
    "SO:0001574": "splice_acceptor_variant",
    "SO:0001575": "splice_donor_variant",
    "SO:0001587": "stop_gained",
    "SO:0001589": "frameshift_variant",
    "SO:0002012": "start_lost",
    "SO:0001578": "stop_lost",
    "SO:0001821": "inframe_insertion",
    "SO:0001822": "inframe_deletion",
    "SO:0001583": "missense_variant",
    "SO:0001819": "synonymous_variant",
    "SO:0001623": "5_prime_UTR_variant",
    "SO:0001624": "3_prime_UTR_variant",
    "SO:0001627": "intron_variant",
    "SO:0001628": "intergenic_variant",
}


# What others call them: Ensembl's impacts, accessions, words of papers and programs.
OTHERWISE = {
    "lof": "protein_truncating", "ptv": "protein_truncating", "plof": "protein_truncating",
    "lgd": "protein_truncating", "loss_of_function": "protein_truncating",
    "truncating": "protein_truncating", "high": "protein_truncating", "moderate": "missense",
    "nonsense": "stop_gained", "stopgain": "stop_gained", "stop": "stop_gained",
    "frameshift": "frameshift_variant", "nonsynonymous": "missense", "silent": "synonymous",
    "low": "synonymous", "splice": "splice_donor_variant", "splicing": "splice_donor_variant",
    "deleterious": "damaging", "pathogenic": "damaging", "intronic": "intron_variant",
    **{accession.lower(): name for accession, name in ACCESSIONS.items()},
}  # fmt: skip


def expand(asked: Sequence[str]) -> frozenset[str]:
    """Return the Sequence Ontology names behind group names and single names.

    Raises
    ------
    BadInput
        If a name is neither; the nearest ones are named.
    """
    found: set[str] = set()
    for name in asked:
        if name not in GROUPS and name not in TERMS:
            raise BadInput(f"{name!r} is no consequence", remedy=_instead(name))
        found |= set(GROUPS.get(name, (name,)))
    return frozenset(found)


def _instead(name: str) -> str:
    same = OTHERWISE.get(name.lower().replace(" ", "_").replace("-", "_"))
    if same:
        return f"Ask for {same!r}; groups are {', '.join(GROUPS)}"
    near = get_close_matches(name.lower(), [*GROUPS, *TERMS], n=3, cutoff=0.5)
    return f"Near it: {', '.join(near or GROUPS)}"
