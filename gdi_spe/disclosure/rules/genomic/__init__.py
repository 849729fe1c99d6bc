"""Rules about genotypes and alleles."""
