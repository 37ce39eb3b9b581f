"""How tests ask a server that is at its limit: again, and so that a run which was made all the same is not made twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flows.servers import Server


class Overloaded(BaseHTTPRequestHandler):
    """Takes the first run it is asked for and hangs up, says 503 to the second request, and answers the third."""

    asked: list[dict[str, Any]]

    def do_GET(self) -> None:
        self.answer(200, {"id": "a-deployment"})

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if len(self.asked) > 1:
            self.answer(503 if len(self.asked) == 2 else 201, {"id": self.asked[-1].get("idempotency_key")})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was asked is looked at."""


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def server(asked: list[dict[str, Any]], tmp_path: Path) -> Iterator[Server]:
    handler = type("Handler", (Overloaded,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{running.server_address[1]}", timeout=60) as api:
            yield Server(api, tmp_path, {})
        running.shutdown()
        thread.join()


def test_a_run_is_asked_for_again_under_the_same_key(server: Server, asked: list[dict[str, Any]]) -> None:
    run = server.start("deliver", datetime(2025, 6, 9, tzinfo=UTC))
    assert [body["idempotency_key"] for body in asked] == [run] * 3


def test_what_may_have_been_done_is_not_asked_for_again(server: Server, asked: list[dict[str, Any]]) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        server.ask("POST", "/v2/concurrency_limits/increment", {"slots": 1}, once=True)
    assert asked == [{"slots": 1}]
