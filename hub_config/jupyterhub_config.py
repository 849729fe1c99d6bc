"""JupyterHub's configuration: read the node's settings and apply them.

Run as ``GDI_SPE_HOME=DIR jupyterhub -f hub_config/jupyterhub_config.py``.
"""

import os
from pathlib import Path

from gdi_spe.node.hub.configure import configure, discover
from gdi_spe.node.settings import load_settings

settings = load_settings(Path(os.environ["GDI_SPE_HOME"]))
templates = Path(__file__).resolve().parent / "templates"
configure(get_config(), settings, discover(settings), templates)  # noqa: F821  # JupyterHub's own
