"""Tables whose columns are known by where they stand."""
