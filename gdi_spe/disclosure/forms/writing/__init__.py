"""Tables and lists that are written into words, as people and programs write them."""
