"""The cohort in the forms of other tools."""
