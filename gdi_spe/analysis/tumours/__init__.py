"""Tumour samples against the germline of the same individual."""
