"""Compiled kernels of the store, each with a NumPy twin that is its fallback and its oracle."""
