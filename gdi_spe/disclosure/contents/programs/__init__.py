"""Code and what programs say: statements by their grammar, words by themselves."""
