"""Lock-down as data, and the only code that talks to the container engine."""
