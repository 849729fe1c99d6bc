"""What parts hold, in the words of the rules: columns and their roles, trees, variants, prose."""
