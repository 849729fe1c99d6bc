"""The researcher's side, UNTRUSTED: nothing that runs here decides."""
