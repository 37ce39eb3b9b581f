"""Brings the automations of a server to what ``automations.yaml`` says: ``python -m flows.automations``.

Those of the same name are replaced, and stay off where somebody has switched them off; others are left alone. So it may
be run after every deployment. What an automation starts belongs to the flow of its deployment.
"""

from __future__ import annotations

import sys
from typing import Any

import httpx
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from corridor_etl.errors import CorridorError, SettingsError, TransientError
from corridor_etl.settings import checkout

FILE = checkout() / "flows" / "automations.yaml"


def declared() -> list[dict[str, Any]]:
    """The automations of the file; their actions name a deployment in place of its id."""
    return list(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def bring_up_to_date(client: SyncPrefectClient) -> list[str]:
    """Creates or replaces each automation of the file; a line for each. ``SettingsError`` without its deployment."""
    return [_brought(client, automation) for automation in declared()]


def _brought(client: SyncPrefectClient, automation: dict[str, Any]) -> str:
    actions = [_with_id(client, action) for action in automation["actions"]]
    wanted = AutomationCore.model_validate({**automation, "actions": actions})
    known = client.read_automations_by_name(wanted.name)
    for double in known[1:]:
        client.delete_automation(double.id)
    if not known:
        client.create_automation(wanted)
        return f"{wanted.name}: created"
    # Whoever has switched it off had a reason.
    client.update_automation(known[0].id, wanted.model_copy(update={"enabled": known[0].enabled}))
    return f"{wanted.name}: brought up to date"


def _with_id(client: SyncPrefectClient, action: dict[str, Any]) -> dict[str, Any]:
    name = action["deployment"]
    try:
        found = client.read_deployment_by_name(name)
    except ObjectNotFound:
        raise SettingsError(
            f"the server has no deployment {name}", fix="Run `prefect --no-prompt deploy --all` first."
        ) from None
    return {**{k: v for k, v in action.items() if k != "deployment"}, "deployment_id": found.id}


def main() -> int:
    """Brings the server of ``PREFECT_API_URL`` up to date and gives an exit code."""
    try:
        for line in _at_the_server():
            print(line)
    except CorridorError as error:
        print(f"corridor: {error.message}", file=sys.stderr)
        return error.exit_code
    return 0


def _at_the_server() -> list[str]:
    if not PREFECT_API_URL.value():
        raise SettingsError("no server is named", fix="Set PREFECT_API_URL.")
    try:
        with get_client(sync_client=True) as client:
            return bring_up_to_date(client)
    except httpx.TransportError as error:
        raise TransientError(f"the server cannot be reached: {error}", fix="Run this again.") from error


if __name__ == "__main__":
    sys.exit(main())
