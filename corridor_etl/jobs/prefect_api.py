"""A Prefect server asked over its HTTP API, as any client without Prefect may do.

Only ``flows`` imports prefect, so whoever looks at a server from outside them asks here; so does who starts one.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

POOL = "corridor"
"""The work pool of ``prefect.yaml``."""
WAIT_SECONDS = 10
ASKS_AGAIN_AFTER_SECONDS = 1


@dataclass(frozen=True)
class Api:
    """A server by its address, which ends in ``/api``, and the headers that let us in.

    For ``patience_seconds`` a server that does not answer, or says that it cannot now, is asked again.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    patience_seconds: float = 0

    @classmethod
    def of(cls, url: str, environ: Mapping[str, str], patience_seconds: float = 0) -> Api:
        """The server at ``url``, signed in by ``PREFECT_API_AUTH_STRING`` where ``environ`` has it."""
        headers = {"Content-Type": "application/json"}
        if given := environ.get("PREFECT_API_AUTH_STRING"):
            headers["Authorization"] = f"Basic {base64.b64encode(given.encode()).decode()}"
        return cls(url, headers, patience_seconds)

    def ask(self, path: str, body: Mapping[str, Any] | None = None, method: str | None = None) -> Any:
        """The answer to a GET, or to a POST (or another ``method``) of ``body``.

        ``OSError`` where there is none or it is a refusal. Whoever has patience asks only for what may be done twice.
        """
        until = time.monotonic() + self.patience_seconds
        while True:
            try:
                return self._answer(path, body, method)
            except OSError as error:
                is_refusal = isinstance(error, urllib.error.HTTPError) and error.code < 500
                if is_refusal or time.monotonic() >= until:
                    raise
            time.sleep(ASKS_AGAIN_AFTER_SECONDS)

    def _answer(self, path: str, body: Mapping[str, Any] | None, method: str | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, dict(self.headers), method=method)
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
            return json.loads(answer.read() or b"null")

    def deployments(self) -> list[dict[str, Any]]:
        """The deployments of :data:`POOL`; ``OSError`` as in :meth:`ask`."""
        found: list[dict[str, Any]] = self.ask(
            "/deployments/filter", {"work_pools": {"name": {"any_": [POOL]}}}
        )
        return found
