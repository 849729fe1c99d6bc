"""Ontologies and code systems: compact identifiers, descendants, likeness."""
