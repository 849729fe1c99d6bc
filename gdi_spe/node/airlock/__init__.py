"""Export requests, reviews, releases."""
