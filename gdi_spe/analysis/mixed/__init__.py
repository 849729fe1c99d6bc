"""Mixed models: associations among relatives, and of few cases among many controls."""
