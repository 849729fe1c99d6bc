"""Files about individuals in: phenopackets, Beacon records, tables and pedigrees."""
