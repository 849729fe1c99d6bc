"""Results on their way out: checked here to warn, decided by the node."""
