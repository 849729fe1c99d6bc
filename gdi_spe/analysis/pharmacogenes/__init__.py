"""Star alleles of pharmacogenes, from a table that says what each of them is."""
