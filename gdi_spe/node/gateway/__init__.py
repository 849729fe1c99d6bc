"""The only door of a workspace: rebuilds every page and message, forwards none."""
