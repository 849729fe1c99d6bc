"""What is known of the individuals of a dataset, from whatever source, in the canonical tables."""
