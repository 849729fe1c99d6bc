"""Structure of a cohort: relatives and ancestry."""
