"""Words: what names mean, and whether sentences tell of somebody."""
