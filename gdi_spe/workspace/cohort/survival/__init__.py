"""Time until something happens."""
