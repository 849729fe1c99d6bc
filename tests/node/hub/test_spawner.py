"""The spawner against the node process, the gateway and the helper's door for the Hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from jupyterhub.spawner import SpawnException

from gdi_spe.node.containers.facade import hub_application
from gdi_spe.node.containers.helper import listening
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.lockdown import API_VERSION
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.hub.spawner import WorkspaceSpawner
from gdi_spe.node.settings import Settings
from tests.node.containers.nodes import FakeEngine, FakeVolumes, changed, order_of
from tests.node.hub.stand_ins import PERSON, SLUG, StandIn


@pytest.fixture
def order(settings: Settings) -> WorkspaceOrder:
    return order_of(settings, valid_until=datetime.now(UTC) + timedelta(hours=1))


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
async def keeper(settings: Settings, engine: FakeEngine) -> AsyncIterator[Keeper]:
    keeper = Keeper(settings, engine, FakeVolumes(), lambda: datetime.now(UTC))
    keeper.adopt()
    async with listening(hub_application(keeper), settings.run_dir / "helper" / "hub.sock"):
        yield keeper


class Hub(StandIn):
    """The node process as the Hub sees it: it orders, and has the helper prepare."""

    def orders(self, keeper: Keeper, order: WorkspaceOrder) -> None:
        keeper.put(order)
        self.answer("/v1/workspaces", order.model_dump(mode="json"))
        self.answer(f"/v1/workspaces/{order.wid}", {"wid": order.wid, "status": "running"})


def spawner_of(settings: Settings, name: str = SLUG, **changes: Any) -> WorkspaceSpawner:
    class Ours(WorkspaceSpawner):  # type: ignore[misc]  # untyped base; a client of its own
        _client = None

        @property
        def server(self) -> Any:
            return SimpleNamespace(base_url=f"/user/{PERSON}/{self.name}/")

    helper = settings.run_dir / "helper" / "hub.sock"
    orm = SimpleNamespace(
        name=name, server=None, state={}, user_options={}, display_name=name, id=1
    )
    made = Ours(
        run_dir=str(settings.run_dir),
        client_kwargs={"base_url": f"unix://{helper}", "version": API_VERSION},
        pull_policy="skip",
        remove=True,
        network_name="none",
        user=SimpleNamespace(
            name=PERSON, escaped_name=PERSON, url=f"/user/{PERSON}/", settings={}, id=1
        ),
        orm_spawner=orm,
        oauth_client_id=f"jupyterhub-user-{PERSON}-{name}",
        **changes,
    )
    made.api_token = "0123456789abcdef"
    return made


@pytest.fixture
async def spawner(settings: Settings) -> AsyncIterator[WorkspaceSpawner]:
    made = spawner_of(settings)
    yield made
    if type(made)._client is not None:
        type(made)._client.close()


@pytest.fixture
async def hub(
    settings: Settings, keeper: Keeper, order: WorkspaceOrder, gateway: StandIn
) -> AsyncIterator[Hub]:
    one = Hub()
    one.orders(keeper, order)
    async with one.listening(settings.run_dir / "api" / "hub.sock"):
        yield one


async def test_a_start_registers_creates_attaches_and_reports_in_this_order(
    spawner: WorkspaceSpawner,
    hub: Hub,
    gateway: StandIn,
    engine: FakeEngine,
    order: WorkspaceOrder,
    settings: Settings,
) -> None:
    url = await spawner.start()

    (container,) = engine.containers.values()
    assert container["State"]["Running"]
    assert url == "http+unix://" + quote(f"{settings.run_dir}/pub/{order.wid}/gw.sock", safe="")
    assert hub.paths() == [
        "POST /v1/workspaces",
        f"POST /v1/workspaces/{order.wid}/started",
    ]
    assert hub.asked[0][2] == {"username": PERSON, "project": SLUG}
    assert hub.asked[1][2] == {"container_id": container["Id"]}
    assert gateway.paths() == ["POST /workspaces", f"PUT /workspaces/{order.wid}/attach"]
    assert gateway.asked[0][2] == {
        "wid": order.wid,
        "owner": PERSON,
        "base_url": order.base_url,
        "api_token": "0123456789abcdef",
        "oauth_client_id": f"jupyterhub-user-{PERSON}-{SLUG}",
    }


async def test_no_token_reaches_the_container(
    spawner: WorkspaceSpawner, hub: Hub, engine: FakeEngine, order: WorkspaceOrder
) -> None:
    await spawner.start()

    (container,) = engine.containers.values()
    assert "0123456789abcdef" not in str(container["body"])
    assert "JUPYTERHUB" not in str(container["body"])
    assert spawner.get_env() == order.environment


@pytest.mark.parametrize("name", ["", "Up", "../x", "a_b", "1a", "a" * 31, "a\n", "ä"])
async def test_only_a_project_has_a_server(
    settings: Settings, hub: Hub, engine: FakeEngine, name: str
) -> None:
    with pytest.raises(SpawnException, match="Choose a project"):
        await spawner_of(settings, name).start()

    assert hub.asked == []
    assert not engine.containers


async def test_the_default_server_is_refused_before_anything_is_asked(settings: Settings) -> None:
    with pytest.raises(SpawnException) as caught:
        spawner_of(settings, "").run_pre_spawn_hook()

    assert caught.value.status_code == 403


@pytest.mark.parametrize("options", [{"image": "evil"}, {"cohorts": ["OTHER"]}, {"x": ""}])
async def test_options_are_refused_and_not_kept(
    spawner: WorkspaceSpawner, hub: Hub, options: dict[str, Any]
) -> None:
    spawner.user_options = spawner.orm_spawner.user_options = options

    with pytest.raises(SpawnException, match="no options"):
        await spawner.start()
    assert spawner.orm_spawner.user_options == {}
    assert hub.asked == []


async def test_a_refusal_of_the_node_is_shown_and_nothing_starts(
    spawner: WorkspaceSpawner, hub: Hub, gateway: StandIn, engine: FakeEngine
) -> None:
    why = "You hold no current grant for this project."
    hub.answer("/v1/workspaces", {"code": "workspace-refused", "message": why}, 403)

    with pytest.raises(SpawnException, match="no current grant") as caught:
        await spawner.start()

    assert caught.value.status_code == 403
    assert gateway.asked == []
    assert not engine.containers


@pytest.mark.parametrize(
    "change",
    [
        {"person": "u-" + "f" * 20},
        {"project": "other"},
        {"base_url": f"/user/{PERSON}/other/"},
    ],
)
async def test_an_order_for_somebody_else_is_not_carried_out(
    spawner: WorkspaceSpawner,
    hub: Hub,
    gateway: StandIn,
    order: WorkspaceOrder,
    change: dict[str, Any],
) -> None:
    hub.answer("/v1/workspaces", changed(order, **change).model_dump(mode="json"))

    with pytest.raises(SpawnException):
        await spawner.start()
    assert gateway.asked == []


@pytest.mark.parametrize("answer", [{}, [], b"nonsense", {"wid": "../x"}], ids=str)
async def test_an_unreadable_order_starts_nothing(
    spawner: WorkspaceSpawner, hub: Hub, engine: FakeEngine, answer: Any
) -> None:
    hub.answer("/v1/workspaces", answer)

    with pytest.raises(SpawnException):
        await spawner.start()
    assert not engine.containers


async def test_without_a_gateway_nothing_starts(
    spawner: WorkspaceSpawner, hub: Hub, gateway: StandIn, engine: FakeEngine
) -> None:
    gateway.answer("/workspaces", {"code": "unavailable", "message": "later"}, 503)

    with pytest.raises(SpawnException):
        await spawner.start()
    assert not engine.containers


async def test_a_stop_closes_the_route_before_the_container(
    spawner: WorkspaceSpawner, hub: Hub, gateway: StandIn, engine: FakeEngine, order: WorkspaceOrder
) -> None:
    await spawner.start()
    hub.asked.clear()
    gateway.asked.clear()

    await spawner.stop()

    assert gateway.paths() == [f"DELETE /workspaces/{order.wid}/route"]
    assert hub.paths() == [f"POST /v1/workspaces/{order.wid}/stopped"]
    assert not engine.containers
    assert spawner.wid == ""


async def test_a_stop_works_when_nobody_answers(
    spawner: WorkspaceSpawner, hub: Hub, gateway: StandIn, engine: FakeEngine, order: WorkspaceOrder
) -> None:
    await spawner.start()
    hub.answer(f"/v1/workspaces/{order.wid}/stopped", {}, 503)
    gateway.answer(f"/workspaces/{order.wid}/route", {}, 503)

    await spawner.stop()

    assert not engine.containers


async def test_a_running_workspace_is_left_alone(
    spawner: WorkspaceSpawner, hub: Hub, engine: FakeEngine
) -> None:
    await spawner.start()

    assert await spawner.poll() is None
    assert engine.containers


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {"status": "ended"}),
        (200, {"status": "new"}),
        (200, {"status": "Running"}),
        (200, {}),
        (404, {"code": "not-found", "message": "?"}),
    ],
)
async def test_what_the_node_has_ended_is_stopped(
    spawner: WorkspaceSpawner,
    hub: Hub,
    engine: FakeEngine,
    order: WorkspaceOrder,
    status: int,
    answer: Any,
) -> None:
    await spawner.start()
    hub.answer(f"/v1/workspaces/{order.wid}", answer, status)

    assert await spawner.poll() == 0
    assert not engine.containers


async def test_an_outage_of_the_node_is_bridged_until_the_order_ends(
    spawner: WorkspaceSpawner, hub: Hub, engine: FakeEngine, order: WorkspaceOrder
) -> None:
    await spawner.start()
    hub.answer(f"/v1/workspaces/{order.wid}", {}, 503)

    assert await spawner.poll() is None
    spawner.valid_until = datetime.now(UTC).isoformat()
    assert await spawner.poll() == 0
    assert not engine.containers


async def test_a_container_that_is_gone_is_reported_once(
    spawner: WorkspaceSpawner, hub: Hub, gateway: StandIn, engine: FakeEngine, order: WorkspaceOrder
) -> None:
    await spawner.start()
    engine.containers.clear()
    hub.asked.clear()

    assert await spawner.poll() == 0
    assert await spawner.poll() == 0
    assert hub.paths() == [f"POST /v1/workspaces/{order.wid}/stopped"]


async def test_a_restarted_hub_knows_its_workspace(
    spawner: WorkspaceSpawner,
    hub: Hub,
    engine: FakeEngine,
    order: WorkspaceOrder,
    settings: Settings,
) -> None:
    await spawner.start()

    again = spawner_of(settings)
    again.load_state(spawner.get_state())

    assert again.wid == order.wid
    assert await again.poll() is None
    hub.answer(f"/v1/workspaces/{order.wid}", {"status": "ended"})
    assert await again.poll() == 0
    assert not engine.containers
    type(again)._client.close()
