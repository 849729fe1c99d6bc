from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gdi_spe.node.containers.order import Mount, WorkspaceOrder, refusal
from gdi_spe.node.settings import Settings
from tests.node.containers.nodes import NOW, PERSON, WID, changed, order_of


def test_an_order_written_by_the_node_is_carried_out(
    order: WorkspaceOrder, settings: Settings
) -> None:
    assert refusal(order, settings, NOW) is None


def test_an_order_survives_the_wire(order: WorkspaceOrder) -> None:
    assert WorkspaceOrder.model_validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    "change",
    [
        {"image": "sha256:" + "b" * 64},
        {"uid": 1000},
        {"uid": 199_999},
        {"container_name": "postgres"},
        {"base_url": f"/user/u-{'f' * 20}/ryr1/"},
        {"base_url": f"/user/{PERSON}/other/"},
        {"valid_until": NOW},
        {"valid_until": NOW - timedelta(days=1)},
        {"environment": {"HOME": "/home/spe", "JUPYTERHUB_API_TOKEN": "x"}},
        {"environment": {}},
        {"budget_bytes": 10**12},
        {"cohorts": [{"id": "SOMEBODY-ELSES", "version": 1}]},
    ],
    ids=lambda change: "-".join(change),
)
def test_an_order_beyond_the_settings_is_refused(
    order: WorkspaceOrder, settings: Settings, change: dict[str, Any]
) -> None:
    refused = refusal(changed(order, **change), settings, NOW)

    assert refused is not None
    assert refused.code == "order-refused"


@pytest.mark.parametrize(
    "field", ["memory_mib", "cpus", "max_processes", "tmp_mib", "work_mib", "open_files"]
)
def test_no_limit_can_be_raised(order: WorkspaceOrder, settings: Settings, field: str) -> None:
    limits = order.limits.model_dump()
    more = changed(order, limits={**limits, field: limits[field] * 2})

    assert refusal(more, settings, NOW) is not None


@pytest.mark.parametrize(
    "mount",
    [
        {"source": "/", "target": "/cohorts/GDI-EE-COHORT-001", "read_only": True},
        {"source": "/etc", "target": "/cohorts/GDI-EE-COHORT-001", "read_only": True},
        {"source": "/var/run/docker.sock", "target": "/run/docker.sock", "read_only": True},
        {"source": "HOME/keys", "target": "/cohorts/GDI-EE-COHORT-001", "read_only": True},
        {"source": "HOME/cohorts", "target": "/cohorts/GDI-EE-COHORT-001", "read_only": True},
        {"source": "HOME/cohorts/c01", "target": "/cohorts/GDI-EE-COHORT-001", "read_only": True},
        {
            "source": "HOME/cohorts/c01/../../keys",
            "target": "/cohorts/GDI-EE-COHORT-001",
            "read_only": True,
        },
        {
            "source": "HOME/cohorts/c01/absent",
            "target": "/cohorts/GDI-EE-COHORT-001",
            "read_only": True,
        },
        {"source": "HOME/cohorts/c01/1", "target": "/etc/jupyter", "read_only": True},
        {
            "source": "HOME/cohorts/c01/1",
            "target": "/cohorts/GDI-EE-COHORT-001",
            "read_only": False,
        },
    ],
    ids=lambda mount: f"{mount['source']}:{mount['target']}:{mount['read_only']}",
)
def test_no_other_folder_is_mounted(
    order: WorkspaceOrder, settings: Settings, mount: dict[str, Any]
) -> None:
    (settings.home / "keys").mkdir()
    mount = {**mount, "source": mount["source"].replace("HOME", str(settings.home))}
    tampered = changed(order, mounts=[*order.model_dump()["mounts"][:3], mount])

    assert refusal(tampered, settings, NOW) is not None


def test_a_link_in_place_of_a_cohort_is_not_mounted(
    order: WorkspaceOrder, settings: Settings
) -> None:
    folder = Path(order.mounts[3].source)
    folder.rename(folder.with_name("moved"))
    folder.symlink_to("/etc")

    assert refusal(order, settings, NOW) is not None


def test_a_cohort_mounted_twice_is_refused(order: WorkspaceOrder, settings: Settings) -> None:
    twice = changed(
        order,
        mounts=[*order.mounts, order.mounts[3]],
        cohorts=[*order.cohorts, order.cohorts[0]],
    )

    assert refusal(twice, settings, NOW) is not None


@pytest.mark.parametrize("number", [0, 1, 2])
def test_another_workspaces_folder_is_refused(
    order: WorkspaceOrder, settings: Settings, number: int
) -> None:
    mounts = list(order.mounts)
    mounts[number] = Mount(
        source=mounts[number].source.replace(WID, "wffffffffff"),
        target=mounts[number].target,
        read_only=mounts[number].read_only,
    )

    assert refusal(changed(order, mounts=mounts), settings, NOW) is not None


def test_the_nodes_socket_is_never_mounted_writable(
    order: WorkspaceOrder, settings: Settings
) -> None:
    mounts = list(order.mounts)
    mounts[1] = Mount(source=mounts[1].source, target=mounts[1].target, read_only=False)

    assert refusal(changed(order, mounts=mounts), settings, NOW) is not None


@given(wid=st.text(max_size=40))
def test_only_a_workspace_id_names_a_workspace(wid: str) -> None:
    values = {"wid": wid, "person": PERSON, "project": "p", "mounts": [], "cohorts": []}

    with pytest.raises(ValidationError, match="wid"):
        WorkspaceOrder.model_validate(values)


@pytest.mark.parametrize("wid", ["../../etc", "w0123456789/..", "W0123456789", "w0123456789\n", ""])
def test_a_path_is_not_a_workspace_id(settings: Settings, wid: str) -> None:
    with pytest.raises(ValidationError):
        order_of(settings, wid=wid)


def test_unknown_fields_are_refused(order: WorkspaceOrder) -> None:
    with pytest.raises(ValidationError, match="privileged"):
        changed(order, privileged=True)
