"""What the rules about pictures ask of one that was taken apart."""
