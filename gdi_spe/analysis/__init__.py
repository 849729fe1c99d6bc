"""Pure functions of a cohort: frequencies, quality."""
