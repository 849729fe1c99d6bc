"""The order for one workspace: everything that its container depends on, and nothing else.

The node process writes it, the Hub carries it, and the root helper acts on it after checking
every part against the settings: an order is a proposal until :func:`refusal` returns ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter, ValidationError

from gdi_spe.boundary.errors import Refused
from gdi_spe.boundary.identifiers import ResourceId, Slug, WorkspaceId
from gdi_spe.boundary.manifest import Frozen
from gdi_spe.node.settings import Settings, WorkspaceSettings

Username = Annotated[str, StringConstraints(pattern=r"^u-[0-9a-f]{20}$")]
ImageId = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
# Ends in /user/<person>/<project>/; what stands before it is the Hub's own prefix.
BaseUrl = Annotated[
    str, StringConstraints(pattern=r"^/(?:[a-z0-9-]+/)*user/u-[0-9a-f]{20}/[a-z][a-z0-9-]{0,29}/$")
]

_WID = TypeAdapter[str](WorkspaceId)

WORK = "/home/spe/work"
RUN_WORKSPACE = "/run/workspace"
RUN_NODE = "/run/node"
COHORTS = "/cohorts"

# TRUST: all that a workspace learns from its environment; it holds no secret and names no host.
ENVIRONMENT: Mapping[str, str] = {
    "HOME": "/home/spe",
    "GDI_SPE_NODE_SOCKET": f"{RUN_NODE}/node.sock",
    "GDI_SPE_COHORTS": COHORTS,
    "SPARK_LOCAL_IP": "127.0.0.1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
}


class OrderRefused(Refused):
    """An order that the settings or the disk do not bear out; nothing is started."""

    code = "order-refused"
    public_message = "The workspace cannot be started: the node refused its own order."


class Mount(Frozen):
    """One folder of the host, and where the workspace sees it."""

    source: str
    target: str
    read_only: bool


class Limits(Frozen):
    """What one workspace may use of the machine."""

    memory_mib: int
    cpus: float
    max_processes: int
    tmp_mib: int
    work_mib: int
    open_files: int

    @classmethod
    def of(cls, settings: WorkspaceSettings) -> Limits:
        """Return the limits that the node is set to."""
        return cls(**{name: getattr(settings, name) for name in cls.model_fields})


class OrderedCohort(Frozen):
    """One cohort version that is mounted."""

    id: ResourceId
    version: int


class WorkspaceOrder(Frozen):
    """One workspace: who, for which project, with which mounts, within which limits, until when."""

    wid: WorkspaceId
    person: Username
    project: Slug
    uid: int = Field(ge=1000)
    image: ImageId
    container_name: str
    base_url: BaseUrl
    mounts: tuple[Mount, ...]
    limits: Limits
    valid_until: AwareDatetime
    budget_key: str
    budget_bytes: int = Field(gt=0)
    cohorts: tuple[OrderedCohort, ...] = Field(min_length=1)
    environment: dict[str, str] = Field(default_factory=lambda: dict(ENVIRONMENT))


@dataclass(frozen=True)
class Places:
    """Where one workspace's folders are on the host."""

    run: Path  # -> /run/workspace: the socket of its Jupyter server
    node: Path  # -> /run/node: the node's socket
    work: Path  # -> /home/spe/work: the mounted work volume
    image: Path  # the work volume's file

    @classmethod
    def of(cls, settings: Settings, wid: str) -> Places:
        """Return the folders of a workspace id that was validated before."""
        run_dir = settings.run_dir
        return cls(
            run_dir / "ws" / wid,
            run_dir / "node" / wid,
            run_dir / "work" / wid,
            settings.home / "workspaces" / f"{wid}.ext4",
        )

    def mounts(self) -> tuple[Mount, ...]:
        """Return the three mounts that every workspace has."""
        return (
            Mount(source=str(self.run), target=RUN_WORKSPACE, read_only=False),
            Mount(source=str(self.node), target=RUN_NODE, read_only=True),
            Mount(source=str(self.work), target=WORK, read_only=False),
        )


@dataclass(frozen=True)
class CohortFolder:
    """A cohort version to mount, and its folder on the host."""

    id: str
    version: int
    folder: Path


def is_workspace_id(text: str) -> bool:
    """Say whether a text is a workspace's id, and so safe in paths and names."""
    try:
        _WID.validate_python(text)
    except ValidationError:
        return False
    return True


def container_name(settings: Settings, wid: str) -> str:
    """Name a workspace's container; no two nodes of a machine share a run folder."""
    return f"gdi-spe-{settings.run_dir.name}-{wid}"


def workspace_order(  # an order is the sum of these
    settings: Settings,
    *,
    wid: str,
    person: str,
    project: str,
    uid: int,
    base_url: str,
    cohorts: Iterable[CohortFolder],
    valid_until: datetime,
    budget_key: str,
) -> WorkspaceOrder:
    """Write the order of one workspace."""
    granted = tuple(cohorts)
    mounted = tuple(
        Mount(source=str(c.folder.resolve()), target=f"{COHORTS}/{c.id}", read_only=True)
        for c in granted
    )
    return WorkspaceOrder(
        wid=wid,
        person=person,
        project=project,
        uid=uid,
        image=settings.workspace.image,
        container_name=container_name(settings, wid),
        base_url=base_url,
        mounts=Places.of(settings, wid).mounts() + mounted,
        limits=Limits.of(settings.workspace),
        valid_until=valid_until,
        budget_key=budget_key,
        budget_bytes=settings.gateway.daily_budget_bytes,
        cohorts=tuple(OrderedCohort(id=c.id, version=c.version) for c in granted),
    )


def refusal(order: WorkspaceOrder, settings: Settings, now: datetime) -> OrderRefused | None:
    """Say why an order is not carried out, or None."""
    # TRUST: the helper is root; what it is asked for must follow from the settings alone.
    fixed = {
        "image": (order.image, settings.workspace.image),
        "container_name": (order.container_name, container_name(settings, order.wid)),
        "limits": (order.limits, Limits.of(settings.workspace)),
        "environment": (order.environment, dict(ENVIRONMENT)),
        "budget_bytes": (order.budget_bytes, settings.gateway.daily_budget_bytes),
    }
    for name, (asked, expected) in fixed.items():
        if asked != expected:
            return OrderRefused(f"{order.wid}: {name} is not what the settings say")
    if order.uid < settings.workspace.first_uid:
        return OrderRefused(f"{order.wid}: uid {order.uid} is not a workspace's")
    if not order.base_url.endswith(f"/user/{order.person}/{order.project}/"):
        return OrderRefused(f"{order.wid}: the address is not its owner's")
    if order.valid_until <= now:
        return OrderRefused(f"{order.wid}: its time is over")
    return _mount_refusal(order, settings)


def _mount_refusal(order: WorkspaceOrder, settings: Settings) -> OrderRefused | None:
    """Say why a mount is not allowed: the three of the workspace, then each granted cohort."""
    own = Places.of(settings, order.wid).mounts()
    # TRUST: exactly these folders; a fourth writable one, or another workspace's, is refused.
    if order.mounts[: len(own)] != own:
        return OrderRefused(f"{order.wid}: its own mounts are not the expected three")
    cohorts = order.mounts[len(own) :]
    targets = [mount.target for mount in cohorts]
    if targets != [f"{COHORTS}/{c.id}" for c in order.cohorts] or len(set(targets)) != len(targets):
        return OrderRefused(f"{order.wid}: the mounts are not the cohorts it names")
    for mount in cohorts:
        if not mount.read_only or not _is_cohort_folder(Path(mount.source), settings.home):
            return OrderRefused(f"{order.wid}: {mount.source} is not a cohort's folder, read-only")
    return None


def _is_cohort_folder(folder: Path, home: Path) -> bool:
    # TRUST: home/cohorts/<opaque>/<version>, a real folder reached without a link or '..'.
    root = home / "cohorts"
    try:
        return (
            folder.parent.parent == root
            and folder.is_dir()
            and folder.resolve(strict=True) == folder
            and root.resolve(strict=True) == root
        )
    except OSError:
        return False
