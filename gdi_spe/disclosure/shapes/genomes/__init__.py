"""Tables of variants, genes, regions and phenotypes, and what is publicly known of them."""
