"""The node process: it owns the database and the timers, and answers over unix sockets."""
