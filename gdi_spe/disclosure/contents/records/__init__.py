"""Trees of records, as JSON and YAML have them."""
