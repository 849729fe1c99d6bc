"""The names of a cohort's people, in any disguise."""
