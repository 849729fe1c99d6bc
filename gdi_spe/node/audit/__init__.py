"""The hash-chained log."""
