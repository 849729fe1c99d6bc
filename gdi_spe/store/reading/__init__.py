"""From files of genotypes to records of calls."""
