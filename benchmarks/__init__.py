"""What is measured beside its peers: ``make bench``."""
