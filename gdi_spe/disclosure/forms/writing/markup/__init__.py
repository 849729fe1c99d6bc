"""Words with marks that say what they are: LaTeX, INI and TOML, YAML."""
