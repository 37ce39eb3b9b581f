"""HTTP of the link to leave the list: which requests are heard at all, how long they may be, and how often.

GET shows a page, POST with ``List-Unsubscribe=One-Click`` is the click (RFC 8058). What a link does belongs to
``jobs.unsubscribe``.
"""

from __future__ import annotations

import threading
import time
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from corridor_etl.delivery.unsubscribe import ONE_CLICK, PATH

MOST_BYTES = 4096
"""Longest body of a click; a mail program posts some hundred bytes at most."""
WRONG_LINKS = 20
"""Links that are nobody's a client may try within :data:`SPAN_SECONDS`."""
SPAN_SECONDS = 60.0
_MOST_CLIENTS = 10_000
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}


class WrongLinks:
    """Counts links that led nowhere, by client; safe in several threads."""

    def __init__(self) -> None:
        self._lock, self._seen = threading.Lock(), dict[str, list[float]]()

    def is_full(self, client: str) -> bool:
        """Whether a client has tried too many of them lately."""
        with self._lock:
            return len(self._recent(client)) >= WRONG_LINKS

    def note(self, client: str) -> None:
        """One more."""
        with self._lock:
            recent = self._recent(client)
            if client not in self._seen and len(self._seen) >= _MOST_CLIENTS:
                self._seen.pop(next(iter(self._seen)))
            self._seen[client] = [*recent, time.monotonic()]

    def _recent(self, client: str) -> list[float]:
        since = time.monotonic() - SPAN_SECONDS
        return [at for at in self._seen.get(client, []) if at > since]


def is_link(path: str) -> bool:
    """Whether a request is about a link to leave the list."""
    return path.startswith(PATH)


def follow(handler: BaseHTTPRequestHandler, wrong: WrongLinks) -> None:
    """Answers a request of such a link."""
    client = handler.client_address[0]
    if wrong.is_full(client):
        _refuse(handler, HTTPStatus.TOO_MANY_REQUESTS)
        return
    is_click = handler.command == "POST"
    if is_click and (refused := _body_refused(handler)):
        _refuse(handler, refused)
        return
    from corridor_etl.jobs.unsubscribe import leave, look  # brings the warehouse with it

    token = handler.path.partition("?")[0].removeprefix(PATH)
    reply = (leave if is_click else look)(token, handler.headers.get("Accept-Language", ""))
    if not reply.is_known:
        wrong.note(client)
    handler.send_response(reply.status)
    handler.send_header("Content-Type", "text/html; charset=utf-8")
    handler.send_header("Content-Length", str(len(reply.page)))
    if reply.status is HTTPStatus.SERVICE_UNAVAILABLE:
        handler.send_header("Retry-After", "300")
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(reply.page)


def _body_refused(handler: BaseHTTPRequestHandler) -> HTTPStatus | None:
    """Why the body of a click is not taken; it is read to its end where it is short enough."""
    length = _length(handler.headers)
    if length is None:
        return HTTPStatus.LENGTH_REQUIRED
    if length > MOST_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = handler.rfile.read(length).decode("ascii", "replace")
    return None if all(word in body for word in ONE_CLICK) else HTTPStatus.BAD_REQUEST


def _length(headers: Message) -> int | None:
    text = headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _refuse(handler: BaseHTTPRequestHandler, status: HTTPStatus) -> None:
    handler.close_connection = True  # what was not read is no next request
    handler.send_error(status)
