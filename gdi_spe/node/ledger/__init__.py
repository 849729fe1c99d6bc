"""What has been released of each cohort, and what the releases determine together."""
