"""Beacon v2 requests: read in full or refused, and turned into conditions."""
