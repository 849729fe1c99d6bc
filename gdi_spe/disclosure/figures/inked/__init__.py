"""What is inked within axes: marks, strokes, curves, steps, clouds."""
