"""How Sphinx builds the documentation."""

import tomllib
from pathlib import Path

_about = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = "gdi-spe"
author = "the gdi-spe contributors"
release = version = _about["version"]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "alabaster"
html_title = f"gdi-spe {release}"
# Pages are read on machines without a network.
html_show_sourcelink = False
