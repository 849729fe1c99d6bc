"""The Sequence Ontology names that annotators write for consequences, the most severe first."""

from __future__ import annotations

# Ensembl's order of calculated consequences; each name that only SnpEff writes stands after the
# one of Ensembl that it is a kind of, or that has its impact.
BY_SEVERITY = (
    "chromosome_number_variation",
    "transcript_ablation",
    "exon_loss_variant",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "stop_gained",
    "frameshift_variant",
    "stop_lost",
    "start_lost",
    "transcript_amplification",
    "feature_elongation",
    "feature_truncation",
    "gene_fusion",
    "bidirectional_gene_fusion",
    "rearranged_at_DNA_level",
    "rare_amino_acid_variant",
    "inframe_insertion",
    "disruptive_inframe_insertion",
    "conservative_inframe_insertion",
    "inframe_deletion",
    "disruptive_inframe_deletion",
    "conservative_inframe_deletion",
    "missense_variant",
    "protein_altering_variant",
    "structural_interaction_variant",
    "protein_protein_contact",
    "splice_donor_5th_base_variant",
    "splice_region_variant",
    "splice_branch_variant",
    "splice_donor_region_variant",
    "splice_polypyrimidine_tract_variant",
    "incomplete_terminal_codon_variant",
    "5_prime_UTR_premature_start_codon_gain_variant",
    "initiator_codon_variant",
    "start_retained_variant",
    "stop_retained_variant",
    "synonymous_variant",
    "coding_sequence_variant",
    "mature_miRNA_variant",
    "5_prime_UTR_truncation",
    "3_prime_UTR_truncation",
    "5_prime_UTR_variant",
    "3_prime_UTR_variant",
    "non_coding_transcript_exon_variant",
    "non_coding_exon_variant",
    "exon_variant",
    "intron_variant",
    "conserved_intron_variant",
    "NMD_transcript_variant",
    "non_coding_transcript_variant",
    "coding_transcript_variant",
    "transcript_variant",
    "intragenic_variant",
    "gene_variant",
    "upstream_gene_variant",
    "downstream_gene_variant",
    "TFBS_ablation",
    "TFBS_amplification",
    "TF_binding_site_variant",
    "regulatory_region_ablation",
    "regulatory_region_amplification",
    "regulatory_region_variant",
    "sequence_feature",
    "conserved_intergenic_variant",
    "intergenic_variant",
    "intergenic_region",
    "sequence_variant",
)
SEVERITY = {term: rank for rank, term in enumerate(BY_SEVERITY)}

# Between genes: what an annotator names beside these are neighbours, not genes of the variant.
INTERGENIC = frozenset({"intergenic_variant", "intergenic_region", "conserved_intergenic_variant"})


def severity(term: str) -> int:
    """Return a consequence's rank, 0 for the most severe; an unknown name comes last."""
    return SEVERITY.get(term, len(BY_SEVERITY))
