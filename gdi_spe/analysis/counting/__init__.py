"""Counts and quality of alleles, variants and samples."""
