"""A workspace of the cohort of twelve people, with and without a node."""

from __future__ import annotations

import importlib.util
import json
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.context import CheckContext
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.surroundings import Surroundings


@pytest.fixture(scope="session")
def small() -> ModuleType:
    path = Path(__file__).parents[1] / "query" / "small_cohort.py"
    spec = importlib.util.spec_from_file_location("small_cohort", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def folder(small: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    made: CohortFolder = small.make(tmp_path_factory.mktemp("cohorts") / "twelve")
    return made


class FakeNode:
    """The node at the other end of a socket: the routes of a workspace, and the real rules."""

    def __init__(self, path: Path, policy: str = "gdi-default") -> None:
        self.path, self.policy = path, policy_named(policy)
        self.requests: dict[str, dict[str, Any]] = {}
        self.self: dict[str, Any] = {}
        self.n_individuals = 12
        self.identifiers: frozenset[str] = frozenset()
        node = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                status, told = node.answer(self.command, self.path, self.rfile.read(length))
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = answer  # noqa: N815  # names of the library

            def address_string(self) -> str:
                return "workspace"

            def log_message(self, *_: Any) -> None:
                pass

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self.server = Server(str(path), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        match method, path.strip("/").split("/")[1:]:
            case "GET", ["self"]:
                return 200, self.self
            case "GET", ["exports"]:
                return 200, [self.told(rid) for rid in self.requests]
            case "POST", ["exports"]:
                draft = json.loads(body)
                if not draft["justification"]:
                    return 400, {"code": "bad-input", "message": "justification: too short."}
                rid = f"e{len(self.requests):012x}"
                self.requests[rid] = {"draft": draft, "files": {}, "side_cars": {}}
                return 201, {"id": rid}
            case "GET", ["exports", rid]:
                return 200, self.told(rid)
            case "PUT", ["exports", rid, "files", name]:
                self.requests[rid]["files"][name] = body
                return 200, {"sha256": None, "bytes": len(body)}
            case "PUT", ["exports", rid, "files", name, "side-car"]:
                self.requests[rid]["side_cars"][name] = SideCar.model_validate_json(body)
                return 204, {}
            case "POST", ["exports", rid, "submit"]:
                return 200, self.submit(rid)
        return 404, {"code": "not-found", "message": "There is no such thing here."}

    def submit(self, rid: str) -> dict[str, Any]:
        request = self.requests[rid]
        context = CheckContext(
            n_individuals=self.n_individuals,
            side_cars=request["side_cars"],
            identifiers=self.identifiers,
        )
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in request["files"]]
            for file in paths:
                file.write_bytes(request["files"][file.name])
            report = check_files(paths, self.policy, context).model_dump(mode="json")
        status = "blocked" if report["verdict"] in ("block", 2) else "submitted"
        request["report"] = {"id": rid, "status": status, **report}
        return request["report"]

    def told(self, rid: str) -> dict[str, Any]:
        request = self.requests[rid]
        return {**request.get("report", {"id": rid}), "title": request["draft"]["title"]}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def here(folder: CohortFolder, tmp_path: Path) -> Surroundings:
    """A workspace with one cohort and no node."""
    return Surroundings(
        folder.path.parent, tmp_path / "node.sock", tmp_path / "outbox", "gdi-default"
    )


@pytest.fixture
def node(here: Surroundings) -> Iterator[FakeNode]:
    fake = FakeNode(here.node_socket)
    yield fake
    fake.close()


@pytest.fixture
def cohort(folder: CohortFolder, here: Surroundings) -> Cohort:
    return Cohort(folder.path, here.load_policy().counts)
