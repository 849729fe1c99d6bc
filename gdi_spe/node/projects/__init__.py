"""Who works on which cohorts, for what purpose, until when."""
