"""Asking a server that is late, down for a moment, or says no, over real connections."""

from __future__ import annotations

import threading
import urllib.error
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from corridor_etl.jobs import prefect_api
from corridor_etl.jobs.prefect_api import Api

Saying = Callable[..., Api]


@pytest.fixture
def saying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Saying]:
    """A server that gives these codes one after the other and the last one for ever; ``None`` hangs up."""
    monkeypatch.setattr(prefect_api, "ASKS_AGAIN_AFTER_SECONDS", 0.01)
    servers: list[ThreadingHTTPServer] = []

    def start(*codes: int | None, patience_seconds: float = 0) -> Api:
        left = list(codes)

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                code = left.pop(0) if len(left) > 1 else left[0]
                if code is None:
                    self.close_connection = True
                    return
                self.send_response(code)
                self.end_headers()
                self.wfile.write(b'"well"')

            def log_message(self, *_: object) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Answers))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return Api.of(f"http://127.0.0.1:{servers[-1].server_port}", {}, patience_seconds)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_server_that_has_just_begun_is_asked_again(saying: Saying) -> None:
    assert saying(None, 503, None, 500, 200, patience_seconds=30).ask("/health") == "well"


@pytest.mark.parametrize("code", [503, None])
def test_without_patience_the_first_answer_counts(saying: Saying, code: int | None) -> None:
    with pytest.raises(OSError):
        saying(code, 200).ask("/health")


def test_patience_ends(saying: Saying) -> None:
    with pytest.raises(urllib.error.HTTPError, match="503"):
        saying(503, patience_seconds=0.05).ask("/health")


@pytest.mark.parametrize("code", [401, 404, 409])
def test_a_refusal_is_not_asked_again(saying: Saying, code: int) -> None:
    with pytest.raises(urllib.error.HTTPError, match=str(code)):
        saying(code, 200, patience_seconds=30).ask("/health")
