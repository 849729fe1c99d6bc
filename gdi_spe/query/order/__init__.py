"""When things happened, and in which order, as far as it is known."""
