"""Variants in families: Mendelian errors, new mutations, recessive and X-linked patterns."""
