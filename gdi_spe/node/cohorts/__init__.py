"""Datasets, references, consent, cohort definitions, materialisation, versions."""
