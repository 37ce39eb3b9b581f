"""The automations of the repository: they fit Prefect, listen to events that are told, and start what is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from prefect import flow
from prefect.events.schemas.automations import AutomationCore

from corridor_etl.errors import SettingsError
from corridor_etl.settings import checkout
from flows import automations, offline
from flows.events import EVENTS

PROJECT = yaml.safe_load((checkout() / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYED = {f"{d['name']}/{d['name']}" for d in PROJECT["deployments"]}


def parsed(automation: dict[str, Any]) -> AutomationCore:
    actions = [{**action, "deployment_id": uuid4()} for action in automation["actions"]]
    return AutomationCore.model_validate({**automation, "actions": actions})


@pytest.mark.parametrize("automation", automations.declared(), ids=lambda a: a["name"])
def test_an_automation_listens_to_events_that_are_told_and_starts_what_is_deployed(
    automation: dict[str, Any],
) -> None:
    trigger: Any = parsed(automation).trigger
    assert trigger.expect <= set(EVENTS)
    assert {action["deployment"] for action in automation["actions"]} <= DEPLOYED
    assert automation["description"]


def test_all_that_is_told_wakes_the_operators_and_one_run_is_enough_for_a_burst() -> None:
    (incidents,) = automations.declared()
    (read, action) = (parsed(incidents), parsed(incidents).actions[0])
    trigger: Any = read.trigger
    assert trigger.expect == set(EVENTS)
    assert trigger.within == action.schedule_after == timedelta(seconds=30)


@pytest.fixture
def client(temporary_server: Path) -> Iterator[Any]:
    with offline.own_prefect():
        from prefect.client.orchestration import get_client

        with get_client(sync_client=True) as opened:
            yield opened


def test_a_server_is_brought_up_to_date_however_often(client: Any) -> None:
    with pytest.raises(SettingsError, match="no deployment notify/notify"):
        automations.bring_up_to_date(client)
    assert client.read_automations() == []

    @flow(name="notify")
    def notified() -> None: ...

    deployment = client.create_deployment(client.create_flow(notified), name="notify")
    assert automations.bring_up_to_date(client) == ["corridor-incidents: created"]
    (stored,) = client.read_automations()
    changed = stored.model_dump(exclude={"id", "owner_resource"})
    changed |= {"description": "changed by hand", "enabled": False}
    client.update_automation(stored.id, AutomationCore.model_validate(changed))
    client.create_automation(AutomationCore.model_validate(changed))
    assert automations.bring_up_to_date(client) == ["corridor-incidents: brought up to date"]
    (again,) = client.read_automations()
    assert again.description == automations.declared()[0]["description"]
    assert not again.enabled
    assert again.actions[0].deployment_id == deployment
    assert again.trigger.expect == set(EVENTS)
