"""Checks of Prefect over its HTTP API: reachable, of our version, with pool, worker, deployments and planned runs.

Only ``flows`` imports prefect; here it is a server like any other.
"""

from __future__ import annotations

import re
import urllib.error
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from corridor_etl.jobs.doctor._finding import Patient, Said
from corridor_etl.jobs.prefect_api import POOL, Api
from corridor_etl.settings import checkout, mail_in_force

_SERVE = "make server"
_DEPLOY = "prefect --no-prompt deploy --all"


def server(patient: Patient) -> Iterator[Said]:
    """Whether flows can run on a schedule; without ``PREFECT_API_URL`` the command line does everything."""
    url = patient.environ.get("PREFECT_API_URL", "").rstrip("/")
    yield from _privacy(patient)
    if not url:
        yield Said(
            "ok", "PREFECT_API_URL is not set: nothing runs on a schedule, commands do without a server"
        )
        return
    if not re.fullmatch(r"https?://.+/api", url):
        yield Said(
            "fail", f"PREFECT_API_URL is {url}", "an address that ends in /api", f"Set it to {url}/api."
        )
        return
    api = Api.of(url, patient.environ)
    try:
        yield from _asked(api, patient)
    except (OSError, ValueError) as error:
        said = f"{error.code} {error.reason}" if isinstance(error, urllib.error.HTTPError) else str(error)
        yield Said("fail", f"Prefect at {url} does not answer: {said}", "a running server", _SERVE)


def _privacy(patient: Patient) -> Iterable[Said]:
    told = patient.environ.get("PREFECT_SERVER_ANALYTICS_ENABLED", "false").lower()
    if told not in ("false", "0", "no"):
        yield Said("warn", "PREFECT_SERVER_ANALYTICS_ENABLED is on", "a server that reports to nobody",
                   "unset PREFECT_SERVER_ANALYTICS_ENABLED; prefect.toml switches it off")  # fmt: skip
    home = patient.environ.get("PREFECT_HOME")
    if patient.environ.get("PREFECT_API_URL") and not home:
        yield Said("warn", "PREFECT_HOME is not set: state of all users of this account is in one folder",
                   f"{patient.home / 'prefect'}", f"export PREFECT_HOME={patient.home / 'prefect'}")  # fmt: skip


def _asked(api: Api, patient: Patient) -> Iterator[Said]:
    version, ours = api.ask("/admin/version"), metadata.version("prefect")
    if version != ours:
        yield Said(
            "fail",
            f"the server is Prefect {version}",
            f"{ours}, as here",
            "Install requirements.lock on both.",
        )
    yield from _pool(api)
    deployments = api.ask("/deployments/filter", {"limit": 200})
    yield from _deployments(deployments, patient)
    yield from _planned(api, deployments)
    yield Said("ok", f"{api.url}, Prefect {version}, {len(deployments)} deployments")


def _pool(api: Api) -> Iterable[Said]:
    pools = {pool["name"]: pool for pool in api.ask("/work_pools/filter", {"limit": 200})}
    if POOL not in pools:
        yield Said("fail", f"there is no work pool {POOL}", "the one of prefect.yaml",
                   f"prefect work-pool create {POOL} --type process")  # fmt: skip
        return
    if pools[POOL]["is_paused"]:
        yield Said(
            "fail", f"the work pool {POOL} is paused", "one that runs", f"prefect work-pool resume {POOL}"
        )
    workers = api.ask(f"/work_pools/{POOL}/workers/filter", {"limit": 200})
    if not any(worker["status"] == "ONLINE" for worker in workers):
        yield Said(
            "fail", f"no worker of {POOL} is online", "at least one", f"prefect worker start --pool {POOL}"
        )


def declared(text: str | None = None) -> list[str]:
    """Names of the deployments of prefect.yaml."""
    found = text if text is not None else Path(checkout(), "prefect.yaml").read_text(encoding="utf-8")
    return re.findall(r"(?m)^  - name: (\S+)", found)


def _deployments(found: list[dict[str, Any]], patient: Patient) -> Iterable[Said]:
    by_name = {deployment["name"]: deployment for deployment in found}
    if missing := [name for name in declared() if name not in by_name]:
        yield Said("fail", f"not deployed: {', '.join(missing)}", "every deployment of prefect.yaml", _DEPLOY)
    sends = patient.settings is not None and bool(mail_in_force(patient.settings).host)
    for name, deployment in sorted(by_name.items()):
        if name not in declared() or (name == "deliver" and not sends):
            continue  # without a relay nothing is to be sent
        slugs = [schedule.get("slug") or "" for schedule in deployment["schedules"]]
        if deployment["paused"] or (slugs and not any(s["active"] for s in deployment["schedules"])):
            yield Said("fail", f"the schedule of {name} is off", "an active one",
                       f"prefect deployment schedule resume {name}/{name} --all")  # fmt: skip


def _planned(api: Api, deployments: list[dict[str, Any]]) -> Iterable[Said]:
    """Runs that wait: none though schedules are active means a scheduler that is dead without a word."""
    is_scheduled = any(s["active"] for d in deployments if not d["paused"] for s in d["schedules"])
    states = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    if is_scheduled and not api.ask("/flow_runs/count", states):
        yield Said("fail", "schedules are active and no run is planned", "the next runs of each schedule",
                   "See the server's log; the line packages says which versions plan nothing.")  # fmt: skip
    late = api.ask("/flow_runs/count", {"flow_runs": {"state": {"name": {"any_": ["Late"]}}}})
    if late:
        yield Said("warn", f"{late} runs are late", "runs that a worker takes when they are due",
                   f"prefect worker start --pool {POOL}, with a clock that is right")  # fmt: skip
