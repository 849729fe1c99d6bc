"""Turn what a researcher writes into who is meant."""
