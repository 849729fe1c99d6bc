"""A check in a process of its own, with nothing it does not need."""
