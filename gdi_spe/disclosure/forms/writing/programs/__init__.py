"""What single programs write: logs, reports, records of sessions, annotation."""
