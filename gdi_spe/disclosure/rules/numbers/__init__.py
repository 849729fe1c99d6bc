"""Rules about numbers that tell of few people."""
