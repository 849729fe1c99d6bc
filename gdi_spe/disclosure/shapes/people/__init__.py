"""Tables of groups of people: counts, means, shares, curves, results."""
