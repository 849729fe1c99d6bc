"""Made-up files, and what is true of them."""
