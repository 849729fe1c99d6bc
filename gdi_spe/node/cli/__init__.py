"""The gdi-spe command."""
