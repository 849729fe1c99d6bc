"""A synthetic node, and the story of a result told on it. For people and tests, never for data."""
