"""Results along the genome."""
