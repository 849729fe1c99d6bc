"""What numbers tell beyond themselves: formulas that the rules apply."""
