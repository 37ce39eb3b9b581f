"""The Prefect flows: one file per flow, each only the order of steps, their retries, names and parameters.

What a step does belongs to ``corridor_etl.jobs``; when a flow runs is declared in ``prefect.yaml``.
"""

from __future__ import annotations

from pathlib import Path


def offline_environment(home: Path) -> dict[str, str]:
    """Environment variables that keep Prefect on this machine and its state in ``home``/prefect.

    They must be set before ``prefect`` is imported, for instance in the environment of a server or worker.
    """
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    }
