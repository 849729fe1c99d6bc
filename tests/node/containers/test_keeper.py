from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.containers.keeper import BodyRefused, Keeper, without_empty
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import OrderRefused, Places, WorkspaceOrder
from gdi_spe.node.containers.volumes import HostVolumes, VolumeQuarantined
from tests.node.containers.nodes import Clock, FakeEngine, FakeVolumes, changed, order_of


def body_of(order: WorkspaceOrder) -> dict[str, Any]:
    return container_body(order, seccomp_profile())


def started(keeper: Keeper, order: WorkspaceOrder) -> str:
    keeper.put(order)
    made = keeper.create(order.container_name, body_of(order))
    keeper.start(made)
    return made


def test_an_ordered_container_is_created_and_started(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine, fake_volumes: FakeVolumes
) -> None:
    made = started(keeper, order)

    assert fake_engine.containers[made]["State"]["Running"]
    assert fake_volumes.prepared == [order.uid]


def test_the_engine_gets_the_helpers_own_body(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    keeper.put(order)
    sent = {**body_of(order), "Domainname": "", "ExposedPorts": {}, "StdinOnce": False}

    made = keeper.create(order.container_name, sent)

    assert fake_engine.containers[made]["body"] == body_of(order)


def test_a_container_without_an_order_is_not_created(keeper: Keeper, order: WorkspaceOrder) -> None:
    with pytest.raises(BodyRefused):
        keeper.create(order.container_name, body_of(order))


def tampered_bodies() -> list[tuple[str, Any]]:
    docker = {"Type": "bind", "Source": "/var/run/docker.sock", "Target": "/d.sock"}
    return [
        ("Image", "sha256:" + "b" * 64),
        ("Image", "debian:latest"),
        ("User", "0:0"),
        ("User", ""),
        ("Env", ["JUPYTERHUB_API_TOKEN=x"]),
        ("Entrypoint", ["/bin/sh"]),
        ("Cmd", ["/other/"]),
        ("Labels", {}),
        ("Volumes", {"/x": {}}),
        ("HostConfig.Privileged", True),
        ("HostConfig.ReadonlyRootfs", False),
        ("HostConfig.CapAdd", ["SYS_ADMIN"]),
        ("HostConfig.CapDrop", []),
        ("HostConfig.SecurityOpt", []),
        ("HostConfig.SecurityOpt", ["no-new-privileges:true", "seccomp=unconfined"]),
        ("HostConfig.NetworkMode", "host"),
        ("HostConfig.NetworkMode", "bridge"),
        ("HostConfig.PidMode", "host"),
        ("HostConfig.IpcMode", "host"),
        ("HostConfig.UsernsMode", "host"),
        ("HostConfig.Binds", ["/:/host"]),
        ("HostConfig.Mounts", []),
        ("HostConfig.Mounts", [docker]),
        ("HostConfig.Devices", [{"PathOnHost": "/dev/kmsg", "PathInContainer": "/dev/kmsg"}]),
        ("HostConfig.Memory", 2**40),
        ("HostConfig.MemorySwap", -1),
        ("HostConfig.PidsLimit", -1),
        ("HostConfig.NanoCpus", 10**12),
        ("HostConfig.Tmpfs", {"/": "rw"}),
        ("HostConfig.AutoRemove", False),
        ("HostConfig.Runtime", "other"),
        ("HostConfig.CgroupParent", "/"),
        ("HostConfig.PortBindings", {"8888/tcp": [{"HostPort": "8888"}]}),
        ("NetworkingConfig", {"EndpointsConfig": {"bridge": {}}}),
        ("Unheard", "of"),
    ]


@pytest.mark.parametrize(("field", "value"), tampered_bodies())
def test_a_body_that_differs_in_any_field_is_refused(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine, field: str, value: Any
) -> None:
    keeper.put(order)
    body = body_of(order)
    part = body["HostConfig"] if field.startswith("HostConfig.") else body
    part[field.removeprefix("HostConfig.")] = value

    with pytest.raises(BodyRefused):
        keeper.create(order.container_name, body)
    assert not fake_engine.containers


def test_every_field_of_the_body_counts(keeper: Keeper, order: WorkspaceOrder) -> None:
    keeper.put(order)
    stated = without_empty(body_of(order))
    lacking = [{k: v for k, v in stated.items() if k != field} for field in stated]
    lacking += [
        {**stated, "HostConfig": {k: v for k, v in stated["HostConfig"].items() if k != field}}
        for field in stated["HostConfig"]
    ]

    for body in lacking:
        with pytest.raises(BodyRefused):
            keeper.create(order.container_name, body)


def test_another_name_is_refused(keeper: Keeper, order: WorkspaceOrder) -> None:
    keeper.put(order)

    for name in ("", "postgres", f"{order.container_name}x", "../x", order.wid):
        with pytest.raises(BodyRefused):
            keeper.create(name, body_of(order))


def test_nothing_is_created_or_started_after_the_orders_time(
    keeper: Keeper, order: WorkspaceOrder, clock: Clock
) -> None:
    keeper.put(order)
    made = keeper.create(order.container_name, body_of(order))
    clock.at = order.valid_until

    with pytest.raises(BodyRefused):
        keeper.start(made)
    with pytest.raises(BodyRefused):
        keeper.create(order.container_name, body_of(order))


def test_a_workspace_ends_by_itself_when_its_time_is_over(
    keeper: Keeper, order: WorkspaceOrder, clock: Clock, fake_engine: FakeEngine
) -> None:
    started(keeper, order)
    assert keeper.tidy() == []
    clock.at = order.valid_until + timedelta(seconds=1)

    assert keeper.tidy() == [order.wid]
    assert not fake_engine.containers


def test_a_container_that_died_leaves_no_mount(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine, fake_volumes: FakeVolumes
) -> None:
    made = started(keeper, order)
    del fake_engine.containers[made]

    assert keeper.tidy() == [order.wid]
    assert fake_volumes.released == [order.wid]


def test_a_new_order_ends_what_ran_before(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    started(keeper, order)

    keeper.put(order)

    assert fake_engine.removed == [order.container_name]


def test_a_uid_is_one_workspaces_alone(keeper: Keeper, order: WorkspaceOrder) -> None:
    keeper.put(order)
    other = order_of(keeper.settings, wid="waaaaaaaaaa")

    with pytest.raises(OrderRefused, match="belongs to"):
        keeper.put(other)


def test_a_refused_order_prepares_nothing(
    keeper: Keeper, order: WorkspaceOrder, fake_volumes: FakeVolumes
) -> None:
    with pytest.raises(OrderRefused):
        keeper.put(changed(order, uid=1000))

    assert fake_volumes.prepared == []


def test_other_containers_do_not_exist(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    started(keeper, order)
    mine = {"gdi-spe.node": keeper.node, "gdi-spe.workspace": order.wid}
    strangers = [
        fake_engine.add_stranger("postgres", {}),
        fake_engine.add_stranger("other-node", {**mine, "gdi-spe.node": "ffffffff"}),
        fake_engine.add_stranger("look-alike", mine),
        fake_engine.add_stranger("not-ordered", {**mine, "gdi-spe.workspace": "wfffffffff0"}),
    ]

    for reference in (*strangers, "postgres", "absent", "../x", "A", "a/b", ""):
        with pytest.raises(NotFound):
            keeper.found(reference)


def test_stopping_all_spares_what_is_not_ours(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    started(keeper, order)
    fake_engine.add_stranger("postgres", {})

    assert keeper.stop_all() == [order.wid]
    assert [c["Name"] for c in fake_engine.containers.values()] == ["/postgres"]


def test_a_restarted_helper_takes_up_what_runs(
    keeper: Keeper,
    order: WorkspaceOrder,
    fake_engine: FakeEngine,
    fake_volumes: FakeVolumes,
    clock: Clock,
) -> None:
    made = started(keeper, order)

    again = Keeper(keeper.settings, fake_engine, fake_volumes, clock)
    again.adopt()

    assert again.found(made)[1] == order
    assert again.tidy() == []


def test_a_container_without_an_order_is_removed_at_the_start(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    labels = {"gdi-spe.node": keeper.node, "gdi-spe.workspace": order.wid}
    fake_engine.add_stranger("orphan", labels)

    keeper.adopt()

    assert fake_engine.removed == ["orphan"]


@pytest.mark.parametrize("wid", ["../../etc", "w0123456789/../x", "", "W0123456789", "w\n"])
def test_a_path_does_not_name_a_workspace(keeper: Keeper, wid: str) -> None:
    with pytest.raises(BadInput):
        keeper.stop(wid)


def test_the_kept_orders_are_for_root_alone(keeper: Keeper, order: WorkspaceOrder) -> None:
    keeper.put(order)

    (kept,) = (keeper.settings.run_dir / "helper" / "orders").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_work_volume_that_was_put_aside_is_not_mounted_until_it_is_given_back(
    keeper: Keeper, order: WorkspaceOrder, fake_engine: FakeEngine, fake_volumes: FakeVolumes
) -> None:
    made = started(keeper, order)

    keeper.quarantine(order.wid)

    assert made not in fake_engine.containers
    with pytest.raises(VolumeQuarantined):
        keeper.put(order)
    assert fake_volumes.prepared == [order.uid]

    keeper.release(order.wid)
    keeper.put(order)

    assert fake_volumes.prepared == [order.uid] * 2


@pytest.mark.parametrize("wid", ["../x", "w1", "W0123456789"])
def test_only_a_workspace_is_put_aside(keeper: Keeper, wid: str) -> None:
    for act in (keeper.quarantine, keeper.release):
        with pytest.raises(BadInput):
            act(wid)


def test_a_file_on_disk_is_put_aside_whole_and_given_back_the_same(
    keeper: Keeper, order: WorkspaceOrder
) -> None:
    places, volumes = Places.of(keeper.settings, order.wid), HostVolumes()
    places.image.parent.mkdir(parents=True)
    places.image.write_bytes(b"a file system")

    volumes.put_aside(places)
    volumes.put_aside(places)  # again is harmless

    assert volumes.is_aside(places)
    assert not places.image.exists()
    volumes.take_back(places)
    assert places.image.read_bytes() == b"a file system"
    assert not volumes.is_aside(places)
    with pytest.raises(NotFound):
        volumes.take_back(places)


def test_a_workspace_without_files_is_put_aside_too(keeper: Keeper, order: WorkspaceOrder) -> None:
    places, volumes = Places.of(keeper.settings, order.wid), HostVolumes()

    volumes.put_aside(places)

    assert volumes.is_aside(places)
    volumes.take_back(places)
    assert not places.image.exists()
    assert not volumes.is_aside(places)
