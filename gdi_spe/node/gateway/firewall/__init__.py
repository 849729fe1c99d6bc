"""What may be seen of a workspace: pure rules, no sockets and no files."""
