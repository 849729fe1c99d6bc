"""How numbers are spread: quantiles, frequencies, ancestry."""
