"""What stands in for LS AAI and for a data access committee, in their shapes."""
