"""The page and its files, from the image as it was built: no container is ever asked for them.

``<golden>/<image>/lab`` is the image's ``share/jupyter``, ``server-static`` the static files of
its Jupyter server; both are taken out of the image before anything runs in it.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.gateway.firewall.wire import Json

# TRUST: extensions of the page that would open ways around the door, or only show its refusals.
_DISABLED = (
    "@jupyterlab/filebrowser-extension:download",
    "@jupyterlab/docmanager-extension:download",
    "@jupyterlab/filebrowser-extension:share-file",
    "@jupyterlab/filebrowser-extension:open-browser-tab",
    "@jupyterlab/filebrowser-extension:open-url",
    "@jupyterlab/notebook-extension:export",
    "@jupyterlab/terminal-extension",
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/htmlviewer-extension",
    "@jupyterlab/pdf-extension",
    "@jupyterlab/lsp-extension",
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/fileeditor-extension:language-server",
    "@jupyterlab/notebook-extension:language-server",
    "@jupyterlab/debugger-extension",
    "@jupyterlab/hub-extension:menu",
    "@jupyterlab/help-extension:licenses",
)
# Extensions built into the image apart from the page; others need comm messages, or the network.
_FEDERATED = ("jupyterlab_pygments",)
_STATIC_ROOTS = {
    "/static/lab/": "lab/lab/static",
    "/lab/extensions/": "lab/labextensions",
    "/lab/api/themes/": "lab/lab/themes",
    "/kernelspecs/": "lab/kernels",
    "/static/": "server-static",
}
_MAIN_SCRIPT = re.compile(r"/(main\.[0-9a-f]{8,64}\.js)")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<script id="jupyter-config-data" type="application/json">{config}</script>
<link rel="icon" type="image/x-icon" href="{base}static/favicons/favicon.ico" class="idle favicon">
<link rel="" type="image/x-icon" href="{base}static/favicons/favicon-busy-1.ico"
 class="busy favicon">
<script defer="defer" src="{base}static/lab/{main}"></script>
<script defer="defer" src="{base}spe/banner.js"></script>
</head><body class="jp-ThemedContainer"></body></html>
"""


@dataclass(frozen=True)
class Golden:
    """The files of one image."""

    folder: Path

    @classmethod
    def of(cls, root: Path, image: str) -> Golden:
        """Find an image's copy.

        Raises
        ------
        Unavailable
            If there is none: a workspace without a page of its own is not opened.
        """
        for name in (image, image.removeprefix("sha256:")):
            golden = cls(root / name)
            if (golden.folder / "lab/lab/static/index.html").is_file():
                return golden
        raise Unavailable(f"no golden copy of {image} in {root}")

    def page(self, base_url: str, owner: str, *, tree: str = "", layout: str = "default") -> str:
        """Build the Lab page: no inline script, so none needs to be allowed."""
        config = {
            **self._config,
            **_urls(base_url),
            "hubPrefix": "",
            "hubUser": owner,
            "treePath": tree,
            "workspace": layout,
        }
        # As in HTML's own rule for data blocks: no character may end the element.
        data = json.dumps(config).replace("<", "\\u003c").replace("&", "\\u0026")
        return _PAGE.format(
            title="Workspace", config=data, base=html.escape(base_url), main=self._main_script
        )

    def static_file(self, path: str) -> Path | None:
        """Find the file behind a path of the page, None if the image has none."""
        for prefix, folder in _STATIC_ROOTS.items():
            if path.startswith(prefix):
                root = (self.folder / folder).resolve()
                found = (root / path.removeprefix(prefix)).resolve()
                return found if found.is_relative_to(root) and found.is_file() else None
        return None

    @cached_property
    def settings(self) -> dict[str, Json]:
        """The page's setting schemas by id, as its server lists them."""
        folder = self.folder / "lab/lab/schemas"
        found = {}
        for path in sorted(folder.rglob("*.json")):
            where = path.relative_to(folder)
            name = f"{where.parent.as_posix()}:{where.stem}"
            found[name] = _setting(name, path)
        return found

    @cached_property
    def _main_script(self) -> str:
        page = (self.folder / "lab/lab/static/index.html").read_text()
        found = _MAIN_SCRIPT.search(page)
        if found is None:
            raise Unavailable(f"no main script in {self.folder}")
        return found.group(1)

    @cached_property
    def _config(self) -> Json:
        return {
            "appName": "JupyterLab",
            "appNamespace": "lab",
            "appVersion": self._version,
            "buildAvailable": False,
            "buildCheck": False,
            "cacheFiles": False,
            "copyAbsolutePath": False,
            "delete_to_trash": False,
            "devMode": False,
            "disabledExtensions": list(_DISABLED),
            "exposeAppInBrowser": False,
            "extensionManager": {"can_install": False, "install_path": "", "name": "read-only"},
            "federated_extensions": self._federated(),
            "ignorePlugins": [],
            "mode": "multiple-document",
            "news": {"disabled": True},
            "notebookStartsKernel": True,
            "notebookVersion": "[2, 0, 0]",
            "preferredPath": "/",
            "quitButton": False,
            "rootUri": "file:///home/spe/work",
            "serverRoot": "/home/spe/work",
            "store_id": 0,
            "terminalsAvailable": False,
            "token": "",
            "virtualDocumentsUri": "file:///home/spe/work/.virtual_documents",
            "wsUrl": "",
        }

    @property
    def _version(self) -> str:
        package = self.folder / "lab/lab/static/package.json"
        version = json.loads(package.read_text()).get("jupyterlab", {}).get("version", "")
        return str(version)

    def _federated(self) -> list[Json]:
        found = []
        for name in _FEDERATED:
            package = self.folder / "lab/labextensions" / name / "package.json"
            if package.is_file():
                build = json.loads(package.read_text()).get("jupyterlab", {}).get("_build", {})
                parts = ("load", "extension", "style", "mimeExtension")
                found.append(
                    {"name": name, **{part: build[part] for part in parts if part in build}}
                )
        return found


def _urls(base_url: str) -> Json:
    root = base_url.rstrip("/")
    parts = {
        "App": "/lab",
        "Labextensions": "/lab/extensions",
        "Licenses": "/lab/api/licenses",
        "Listings": "/lab/api/listings",
        "Settings": "/lab/api/settings",
        "Static": "/static/lab",
        "Themes": "/lab/api/themes",
        "TranslationsApi": "/lab/api/translations",
        "Tree": "/lab/tree",
        "WorkspacesApi": "/lab/api/workspaces",
    }
    urls = {f"full{name}Url": root + path for name, path in parts.items()}
    short = {name[:1].lower() + name[1:] + "Url": path for name, path in parts.items()}
    return {"baseUrl": f"{root}/", **short, **urls}


def _setting(name: str, path: Path) -> Json:
    schema: Any = json.loads(path.read_text())
    package = path.parent / "package.json.orig"
    version = json.loads(package.read_text())["version"] if package.is_file() else "N/A"
    return {
        "id": name,
        "schema": schema,
        "version": version,
        "raw": "{}",
        "settings": {},
        "warning": None,
        "last_modified": None,
        "created": None,
    }
