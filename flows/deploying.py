"""Brings a server to what the repository declares: work pool, deployments, automations; what runs when stays as it is.

``prefect deploy`` makes every schedule anew as ``prefect.yaml`` has it. Whoever has switched one on or off had a
reason, and a restart of the server, which deploys, is none to change that.
"""

from __future__ import annotations

import subprocess
import sys
import urllib.error
from collections.abc import Mapping
from dataclasses import dataclass

from corridor_etl.errors import TerminalError
from corridor_etl.jobs.prefect_api import POOL, Api
from corridor_etl.settings import checkout

PATIENCE_SECONDS = 120
"""A server that has just begun has its own work to do first, and on a busy machine it answers late."""


@dataclass(frozen=True)
class Switches:
    """Which deployments are paused, and which of their schedules are on, by slug."""

    paused: frozenset[str]
    active: Mapping[tuple[str, str], bool]


def deploy(environment: Mapping[str, str]) -> None:
    """Pool, deployments and automations of the server in ``environment``; ``TerminalError`` says what it refuses."""
    api = Api.of(environment["PREFECT_API_URL"], environment, PATIENCE_SECONDS)
    try:
        api.ask(f"/work_pools/{POOL}")
    except urllib.error.HTTPError:
        _done("prefect", ["work-pool", "create", POOL, "--type", "process"], environment)
    before = switches(api)
    # Without the variable here each worker looks its own folder up where a run starts.
    elsewhere = {name: value for name, value in environment.items() if name != "CORRIDOR_CHECKOUT"}
    _done("prefect", ["--no-prompt", "deploy", "--all"], elsewhere)
    switch(api, before)
    _done("flows.automations", [], environment)


def switches(api: Api) -> Switches:
    """What is on and off now."""
    found = api.deployments()
    active = {(d["name"], s["slug"]): s["active"] for d in found for s in d["schedules"] if s["slug"]}
    return Switches(frozenset(d["name"] for d in found if d["paused"]), active)


def switch(api: Api, wanted: Switches) -> None:
    """Puts deployments and schedules that were known before back to what they were."""
    for deployment in api.deployments():
        for schedule in deployment["schedules"]:
            was = wanted.active.get((deployment["name"], schedule["slug"]), schedule["active"])
            if was != schedule["active"]:
                path = f"/deployments/{deployment['id']}/schedules/{schedule['id']}"
                api.ask(path, {"active": was}, "PATCH")
        if deployment["name"] in wanted.paused and not deployment["paused"]:
            api.ask(f"/deployments/{deployment['id']}/pause_deployment", {})


def _done(module: str, arguments: list[str], environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", module, *arguments]
    run = subprocess.run(
        command, cwd=checkout(), env=dict(environment), capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        said = " ".join((run.stdout + run.stderr).split())[-600:]
        raise TerminalError(f"{' '.join([module, *arguments])} failed: {said}", fix="Correct what it names.")
