"""Output checks and canonical re-encoding: file, parts, findings, verdict. Stateless."""
