"""Polygenic scores from scoring files of the PGS Catalog."""
