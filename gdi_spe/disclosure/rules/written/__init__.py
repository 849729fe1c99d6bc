"""Rules about people in what is written: words, code, logs, sessions."""
