"""The node at the other end of a workspace's socket, with the real rules of disclosure."""

from __future__ import annotations

import json
import socketserver
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named


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
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
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
