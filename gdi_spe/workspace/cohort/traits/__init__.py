"""What bears on a trait: variants, genes, and the score they make."""
