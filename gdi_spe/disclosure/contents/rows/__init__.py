"""What the rows of a table are: variants, things, families, characteristics."""
