"""Association of traits with variants."""
