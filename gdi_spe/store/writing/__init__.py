"""Datasets and cohorts onto the disk, and out of the store into other formats."""
