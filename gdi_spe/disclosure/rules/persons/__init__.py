"""Rules about single people: rows, records, identifiers, words, estimates of each."""
