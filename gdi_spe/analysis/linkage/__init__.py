"""How variants go together."""
