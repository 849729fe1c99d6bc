"""The network that reads letters in pictures is fitted here."""
