"""Serves a folder of finished pages to a browser: files of known types, no listings, nothing outside or hidden.

It also answers the links by which recipients leave the list, see ``_unsubscribe_door``.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from corridor_etl.cli._unsubscribe_door import HEADERS as LINK_HEADERS
from corridor_etl.cli._unsubscribe_door import WrongLinks, follow, is_link
from corridor_etl.delivery.unsubscribe import PATH

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".xml": "application/atom+xml; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
"""Pages have no script and load nothing; the browser is told to keep it so."""


def server(folder: Path, host: str, port: int) -> ThreadingHTTPServer:
    """A server of ``folder``, bound but not yet running; port 0 takes a free one. ``OSError`` where it is taken."""
    handler = partial(_Handler, root=folder.resolve(), wrong_links=WrongLinks())
    return ThreadingHTTPServer((host, port), handler)


class _Handler(SimpleHTTPRequestHandler):
    server_version, sys_version = "corridor", ""
    timeout = 30  # seconds; who says nothing for so long is hung up on

    def __init__(self, *args: Any, root: Path, wrong_links: WrongLinks) -> None:
        self.root, self.wrong_links = root, wrong_links
        super().__init__(*args, directory=str(root))

    def do_GET(self) -> None:
        """A file, or the page of a link to leave the list."""
        if is_link(self.path):
            follow(self, self.wrong_links)
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        """The same without the page."""
        if is_link(self.path):
            follow(self, self.wrong_links)
        else:
            super().do_HEAD()

    def do_POST(self) -> None:
        """Only to leave the list."""
        if is_link(self.path):
            follow(self, self.wrong_links)
        else:
            self.close_connection = True
            self.send_error(HTTPStatus.NOT_IMPLEMENTED)

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """As usual, but without the token: whoever has it may use it."""
        if is_link(self.path):
            self.log_message('"%s %s..." %s', self.command, PATH, code)
        else:
            super().log_request(code, size)

    def send_head(self) -> Any:
        """Refuses what is not a visible file of a known type below the folder, or a folder with a page."""
        if not self._is_shown():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _is_shown(self) -> bool:
        try:
            real = Path(self.translate_path(self.path)).resolve()
            below = real.relative_to(self.root).parts
        except ValueError:  # outside, or no path at all
            return False
        if any(part.startswith(".") for part in below):
            return False
        return (real / "index.html").is_file() or (real.suffix in TYPES and real.is_file())

    def list_directory(self, path: Any) -> None:
        """Never."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def guess_type(self, path: Any) -> str:
        """The type by the end of the name; other ends are not served."""
        return TYPES[Path(path).suffix]

    def end_headers(self) -> None:
        """Adds :data:`HEADERS` to every answer, and to a link's the stricter ones of its own."""
        for name, value in (HEADERS | (LINK_HEADERS if is_link(self.path) else {})).items():
            self.send_header(name, value)
        super().end_headers()
