"""Tables about the work: models, variables, software."""
