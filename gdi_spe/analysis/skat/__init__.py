"""Variance-component tests of sets of variants: SKAT and SKAT-O."""
