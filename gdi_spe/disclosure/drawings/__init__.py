"""Drawings of lines and areas, read by their exact places: axes, bars, marks, curves."""
