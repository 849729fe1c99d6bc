"""Show that the probe can fail: a container of our own with one control switched off."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gdi_spe.node.containers.controls_off import controls_off
from gdi_spe.node.containers.engine import DockerEngine
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import CohortFolder, WorkspaceOrder, workspace_order
from gdi_spe.node.containers.probe import probe
from gdi_spe.node.containers.volumes import HostVolumes
from gdi_spe.node.settings import Settings

PERSON = f"u-{'0' * 20}"


def noticed_without(control: str, settings: Settings) -> list[str]:
    """Start a workspace without one control; return the lines of the probe that turned red."""
    off = {one.name: one for one in controls_off("", "", "")}[control]
    engine = DockerEngine()
    with tempfile.TemporaryDirectory() as folder:
        keeper = _keeper(settings, Path(folder), engine)
        order = _order(keeper.settings)
        try:
            keeper.put(order)
            body = off.body(container_body(order, seccomp_profile()))
            engine.start(engine.create(order.container_name, body))
            return [line.control for line in probe(engine, order) if not line.ok]
        finally:
            keeper.stop_all()
            shutil.rmtree(keeper.settings.run_dir)
            engine.close()


def _keeper(settings: Settings, folder: Path, engine: DockerEngine) -> Keeper:
    """Keep orders of a node that exists for this one container."""
    run_dir = settings.run_dir.with_name(f"{settings.run_dir.name}off")
    run_dir.mkdir(mode=0o711)
    own = settings.model_copy(update={"home": folder.resolve(), "run_dir": run_dir})
    keeper = Keeper(own, engine, HostVolumes(), lambda: datetime.now(UTC))
    keeper.adopt()
    return keeper


def _order(settings: Settings) -> WorkspaceOrder:
    cohort = settings.home / "cohorts" / "empty" / "1"
    cohort.mkdir(parents=True)
    return workspace_order(
        settings,
        wid="w0000000000",
        person=PERSON,
        project="walls",
        uid=settings.workspace.first_uid + 100_000,
        base_url=f"/user/{PERSON}/walls/",
        cohorts=[CohortFolder("EMPTY", 1, cohort)],
        valid_until=datetime.now(UTC) + timedelta(minutes=10),
        budget_key="walls",
    )
