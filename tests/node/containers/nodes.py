"""A node for tests: settings, a cohort on disk, orders, and stand-ins for engine and disks."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.node.containers.engine import DockerEngine, Ran
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import CohortFolder, WorkspaceOrder, workspace_order
from gdi_spe.node.containers.volumes import HostVolumes
from gdi_spe.node.settings import Settings

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERSON = "u-" + "0123456789" * 2
WID = "w0123456789"
FAKE_IMAGE = "sha256:" + "a" * 64


def settings_of(home: Path, run_dir: Path, image: str = FAKE_IMAGE, **workspace: Any) -> Settings:
    return Settings.model_validate(
        {
            "node_id": "test-node",
            "title": "A node for tests",
            "mode": "development",
            "home": home,
            "run_dir": run_dir,
            "database_url": "sqlite://",
            "identity": {
                "issuer": "http://localhost:9400",
                "hub_client_id": "hub",
                "web_client_id": "web",
                "member_group": "member",
                "reviewer_group": "reviewer",
                "admin_group": "admin",
                "visa_issuers": [],
            },
            "hub": {
                "public_url": "http://localhost:9401",
                "bind_url": "http://127.0.0.1:9401",
                "proxy_api_port": 9402,
            },
            "web": {"public_url": "http://localhost:9403", "bind_port": 9403},
            "workspace": {
                "image": image,
                "memory_mib": 1024,
                "cpus": 1.0,
                "max_processes": 128,
                "tmp_mib": 64,
                "work_mib": 32,
                **workspace,
            },
        }
    )


def cohort_folder(
    home: Path, cohort_id: str = "GDI-EE-COHORT-001", opaque: str = "c01"
) -> CohortFolder:
    folder = home / "cohorts" / opaque / "1"
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("manifest.json").write_text("{}")
    for one in (folder, *folder.parents):
        if one == home.parent:
            break
        one.chmod(0o755)
    return CohortFolder(cohort_id, 1, folder)


def order_of(settings: Settings, **changes: Any) -> WorkspaceOrder:
    values: dict[str, Any] = {
        "wid": WID,
        "person": PERSON,
        "project": "ryr1",
        "uid": settings.workspace.first_uid,
        "base_url": f"/user/{PERSON}/ryr1/",
        "cohorts": [cohort_folder(settings.home)],
        "valid_until": NOW + timedelta(hours=1),
        "budget_key": "budget",
    }
    return workspace_order(settings, **{**values, **changes})


def changed(order: WorkspaceOrder, **changes: Any) -> WorkspaceOrder:
    return WorkspaceOrder.model_validate({**order.model_dump(), **changes})


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class FakeEngine:
    """Remembers containers instead of running them."""

    def __init__(self) -> None:
        self.containers: dict[str, dict[str, Any]] = {}
        self.removed: list[str] = []

    def create(self, name: str, body: Any) -> str:
        made = secrets.token_hex(32)
        self.containers[made] = {
            "Id": made,
            "Name": f"/{name}",
            "Config": {"Labels": body["Labels"], "Env": ["SECRET=of-the-engine"]},
            "Labels": body["Labels"],
            "body": body,
            "State": {"Running": False, "Status": "created", "Pid": 1},
        }
        return made

    def add_stranger(self, name: str, labels: dict[str, str]) -> str:
        return self.create(name, {"Labels": labels})

    def start(self, container: str) -> None:
        self._found(container)["State"].update(Running=True, Status="running")  # type: ignore[index]

    def _found(self, reference: str) -> dict[str, Any] | None:
        for made, container in self.containers.items():
            if reference in {made, container["Name"].lstrip("/")}:
                return container
        return None

    def inspect(self, container: str) -> dict[str, Any] | None:
        return self._found(container)

    def remove(self, container: str) -> bool:
        found = self._found(container)
        if found is None:
            return False
        del self.containers[found["Id"]]
        self.removed.append(found["Name"].lstrip("/"))
        return True

    def labelled(self, node: str) -> list[dict[str, Any]]:
        found = [c for c in self.containers.values() if c["Labels"].get("gdi-spe.node") == node]
        return [{**one, "State": one["State"]["Status"]} for one in found]

    def run_inside(self, container: str, program: Any, user: str) -> Ran:
        return Ran(0, b"")

    def inspect_image(self, image: str) -> dict[str, Any] | None:
        return {"Id": image, "Config": {"Env": []}}


class FakeVolumes:
    def __init__(self) -> None:
        self.prepared: list[int] = []
        self.released: list[str] = []
        self.aside: set[str] = set()

    def prepare(self, places: Any, uid: int, work_mib: int) -> None:
        self.prepared.append(uid)

    def release(self, places: Any) -> None:
        self.released.append(places.work.name)

    def put_aside(self, places: Any) -> None:
        self.aside.add(places.work.name)

    def take_back(self, places: Any) -> None:
        self.aside.remove(places.work.name)

    def is_aside(self, places: Any) -> bool:
        return places.work.name in self.aside


def running(keeper: Keeper, **changes: Any) -> WorkspaceOrder:
    """Order, create and start a workspace on the real engine."""
    later = datetime.now(UTC) + timedelta(hours=1)
    order = order_of(keeper.settings, **{"valid_until": later, **changes})
    keeper.put(order)
    made = keeper.create(order.container_name, container_body(order, seccomp_profile()))
    keeper.start(made)
    return order


def workspace_image(engine: DockerEngine) -> str:
    """Return the built image, or skip and say why."""
    kept = ROOT / ".cache" / "workspace-image"
    if not kept.exists():
        pytest.skip("there is no workspace image: make images")
    found = kept.read_text().strip()
    if engine.inspect_image(found) is None:
        pytest.skip("the workspace image of .cache/workspace-image is gone: make images")
    return found


@contextlib.contextmanager
def real_keeper(folder: Path, engine: DockerEngine, **workspace: Any) -> Iterator[Keeper]:
    """Keep workspaces on this machine's engine and disks, and leave nothing behind."""
    run_dir = Path("/run/gdi-spe") / f"t{secrets.token_hex(4)}"
    home = folder / "home"
    home.mkdir()
    run_dir.mkdir(parents=True)
    run_dir.chmod(0o711)
    settings = settings_of(home, run_dir, workspace_image(engine), **workspace)
    keeper = Keeper(settings, engine, HostVolumes(), lambda: datetime.now(UTC))
    keeper.adopt()
    try:
        yield keeper
    finally:
        keeper.stop_all()
        shutil.rmtree(run_dir)
