"""Results of several studies: written, read and combined."""
