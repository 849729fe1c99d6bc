"""Visas, passports, issuers, grants."""
