"""From bytes to one canonical form: what a file is, and what of it may leave at all."""
