"""Calls of relatives, and of tumours beside the germline."""
