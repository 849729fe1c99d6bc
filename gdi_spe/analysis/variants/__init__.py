"""Which variants are meant: of what kind, where, carried by whom, and how well seen."""
