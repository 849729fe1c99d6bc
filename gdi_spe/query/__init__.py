"""Who is selected: one evaluator of Beacon queries and selections."""
