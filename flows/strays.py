"""Runs that nobody is at any more, begun again: their worker was killed, its machine went away, or the server did.

Prefect leaves such a run running, or pending, for ever. Who is at a run renews its slot of the deployment's concurrency
limit; a run without a slot is nobody's. Every flow goes on from the ledger, so beginning again does nothing twice.
``flows.server`` looks every minute; ``python -m flows.strays`` looks once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from corridor_etl.clock import parse_instant, ticking_utc
from corridor_etl.jobs.prefect_api import Api

BEGUN_AGAIN = "BegunAgain"
"""Name of the state that tells a second or third begin from the first."""
TIMES = 2
CRASHED_WITHIN = timedelta(hours=1)
"""What crashed longer ago is left to the next scheduled run: somebody may have seen to it."""
AT_WORK = ("PENDING", "RUNNING", "CANCELLING")


def put_in_order(api: Api) -> list[str]:
    """Begins strays again, or ends those that were to be cancelled or have strayed too often; a line for each.

    ``OSError`` where the server does not answer.
    """
    deployments = api.deployments()
    return [_put_in_order(api, run) for one in deployments for run in (*_held(api, one), *_crashed(api, one))]


def _held(api: Api, deployment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Runs that are at work as the server sees it while no slot is taken.

    Asked in this order, a run that begins or ends meanwhile is none of them.
    """
    runs = _runs(api, deployment, AT_WORK)
    if not runs:
        return
    limit = api.ask(f"/deployments/{deployment['id']}")["global_concurrency_limit"]
    if limit is None or limit["active_slots"]:
        return
    still = {run["id"]: run["state_id"] for run in _runs(api, deployment, AT_WORK)}
    yield from (run for run in runs if still.get(run["id"]) == run["state_id"])


def _crashed(api: Api, deployment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    since = ticking_utc() - CRASHED_WITHIN
    for run in _runs(api, deployment, ("CRASHED",)):
        if parse_instant(run["state"]["timestamp"]) >= since and _begins(api, run) < TIMES:
            yield run


def _runs(api: Api, deployment: dict[str, Any], states: Sequence[str]) -> list[dict[str, Any]]:
    of_states = {"state": {"type": {"any_": list(states)}}}
    wanted = {"deployments": {"id": {"any_": [deployment["id"]]}}, "flow_runs": of_states}
    found: list[dict[str, Any]] = api.ask("/flow_runs/filter", {**wanted, "sort": "START_TIME_DESC"})
    return found


def _begins(api: Api, run: dict[str, Any]) -> int:
    """How often a run was begun again."""
    states = api.ask(f"/flow_run_states/?flow_run_id={run['id']}")
    return sum(state["name"] == BEGUN_AGAIN for state in states)


def _put_in_order(api: Api, run: dict[str, Any]) -> str:
    state = _state(run, _begins(api, run))
    api.ask(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
    return f"{run['name']} was {run['state']['type']} and nobody at it: {state['name']}"


def _state(run: dict[str, Any], begins: int) -> dict[str, Any]:
    if run["state"]["type"] == "CANCELLING":
        return {"type": "CANCELLED", "name": "Cancelled", "message": "nobody was at it any more"}
    if begins >= TIMES:
        told = f"nobody was at it any more, after it had been begun again {begins} times"
        return {"type": "CRASHED", "name": "Crashed", "message": told}
    # Its scheduled time stays, since that decides the week of a report.
    due = {"scheduled_time": run["expected_start_time"]}
    told = "nobody was at it any more"
    return {"type": "SCHEDULED", "name": BEGUN_AGAIN, "message": told, "state_details": due}


def main() -> int:
    """Looks once at the server of ``PREFECT_API_URL``; 4 where it does not answer."""
    url = os.environ.get("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    try:
        for line in put_in_order(Api.of(url, os.environ)):
            print(line)
    except OSError as error:
        print(f"corridor: the server at {url} does not answer: {error}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
