"""Drawings: SVG and PDF, written anew by what only draws."""
