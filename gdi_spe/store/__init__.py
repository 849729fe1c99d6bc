"""A cohort on disk: VCF in, Parquet out, subsets of both."""
