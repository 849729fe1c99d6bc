"""Pictures taken apart: areas, lines, letters, bars, marks and matrices."""
