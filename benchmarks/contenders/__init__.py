"""The programs: ours and those a user would pick instead."""
