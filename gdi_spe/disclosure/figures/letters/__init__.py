"""Letters in a picture, and the numbers that they are."""
