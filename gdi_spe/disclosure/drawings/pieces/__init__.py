"""The pieces of a drawing, and what each is: bars, marks, curves, axes, clouds."""
