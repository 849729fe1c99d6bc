"""Which variants are meant, and where it was looked for them."""
