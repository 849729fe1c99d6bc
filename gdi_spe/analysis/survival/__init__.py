"""Time until something happens: curves, their comparison, and hazards."""
