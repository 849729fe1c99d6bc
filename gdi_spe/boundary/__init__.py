"""What crosses the trust line: identifiers, manifests, policies, recipes, findings, errors."""
