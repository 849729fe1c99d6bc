"""Run the pages: ``python -m gdi_spe.node.web --home DIR``."""

from __future__ import annotations

import argparse
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from gdi_spe.node.settings import Settings, load_settings
from gdi_spe.node.web.app import application
from gdi_spe.node.web.login import OpenIdProvider
from gdi_spe.node.web.node_api import NodeApi


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="The pages for exports and reviews.")
    parser.add_argument("--home", type=Path, default=os.environ.get("GDI_SPE_HOME"))
    home = parser.parse_args().home
    if home is None:
        parser.error("give --home DIR or set GDI_SPE_HOME")
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(levelname)s %(message)s")
    os.umask(0o077)
    serve(load_settings(Path(home)))


def serve(settings: Settings) -> None:
    """Serve the pages of a node."""
    identity = settings.identity
    provider = OpenIdProvider(
        identity.issuer, identity.web_client_id,
        settings.secret(identity.web_client_secret_file), identity.required_acr,
    )  # fmt: skip
    api = NodeApi.at(settings.run_dir / "api" / "web.sock")
    app = application(settings, api, provider, lambda: datetime.now(UTC))
    uvicorn.run(
        app, host=settings.web.bind_host, port=settings.web.bind_port, log_config=None,
        access_log=False, server_header=False, date_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
