"""Pure functions of a cohort: frequencies, quality, association, structure."""
