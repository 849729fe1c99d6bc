"""The researcher's side: nothing here is believed by the node, and nothing here decides."""
