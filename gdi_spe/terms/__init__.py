"""Ontologies and code systems: CURIEs, descendants, similarity."""
