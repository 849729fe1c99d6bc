"""The node's side, TRUSTED: the only side that decides."""
