"""What is filled: bars, boxes, cells of matrices and densities, areas."""
