"""Traits, covariates, and the models that a variant or a set of them is put into."""
