"""The data of a synthetic node: seeded, with planted answers, and telling what is planted."""
