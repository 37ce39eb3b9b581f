"""``corridor outbox`` as people use it, against a real relay: send, dry run, retry, resolve, suspend, lift."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.delivery.unsubscribe import recipient_hash
from corridor_etl.errors import SettingsError, UsageError
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import writing
from tests.delivery import outboxes
from tests.delivery.outboxes import address, content, message_id
from tests.delivery.relay import CUT, Plan, relay_as_set


def run(*arguments: object, code: int = 0) -> Any:
    """What a command prints as JSON; an error is raised as it is."""
    result = CliRunner().invoke(app, ["outbox", *map(str, arguments), "--json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with three messages in its outbox."""
    monkeypatch.setenv("CORRIDOR_NOW", outboxes.NOW)
    with Warehouse.open(own_home) as warehouse, writing(warehouse.engine) as connection:
        outboxes.put(connection, own_home, 3)
    return own_home


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    with relay_as_set(monkeypatch) as made:
        yield made


def test_mails_are_sent_and_people_decide_about_the_others(home: Path, plan: Plan, tmp_path: Path) -> None:
    shown = run("send", "--dry-run", tmp_path / "shown")
    assert [Path(row["path"]).read_bytes() for row in shown] == [content(n) for n in (1, 2, 3)]
    assert (plan.accepted, [row["state"] for row in run("list")]) == ([], ["queued"] * 3)

    plan.to_recipient[address(1)] += ["550 5.1.1 no such user"]
    plan.to_message[address(2)] += [CUT]
    sent = run("send", code=1)
    assert (sent["failed"], sent["unknown"], sent["sent"]) == (
        [message_id(1)],
        [message_id(2)],
        [message_id(3)],
    )
    assert [row["state"] for row in run("list")] == ["failed", "unknown", "sent"]
    assert [row["address"] for row in run("suspended")] == [address(1)]

    assert run("lift", address(1), "--by", "desk")["state"] == "lifted"
    assert run("retry", message_id(1), "--by", "desk")["state"] == "queued"
    log = tmp_path / "relay.log"
    log.write_text(f"accepted {message_id(2)}\n")
    assert [row["state"] for row in run("resolve", "--relay-log", log, "--by", "desk")] == ["sent"]
    assert run("send")["sent"] == [message_id(1)]
    assert plan.ids() == {message_id(n): 1 for n in (1, 2, 3)}
    events = run("show", message_id(1))["events"]
    assert [(e["state_before"], e["state_after"]) for e in events] == [
        ("queued", "sending"), ("sending", "failed"), ("failed", "queued"), ("queued", "sending"), ("sending", "sent"),
    ]  # fmt: skip
    assert [row["lifted_by"] for row in run("suspended", "--all")] == ["desk"]


def test_an_unsubscribe_link_suspends_its_address(home: Path, plan: Plan) -> None:
    said = run("suspend", recipient_hash(address(2)), "--reason", "unsubscribed", "--by", "desk")
    assert said == {"address": address(2), "state": "suspended"}
    assert run("send")["sent"] == [message_id(1), message_id(3)]


def test_what_is_not_clear_or_not_set_is_refused(home: Path) -> None:
    with pytest.raises(SettingsError, match="no relay is set"):
        run("send")
    for arguments in (
        (),
        (message_id(1),),
        (message_id(1), "--sent", "--resend"),
        (message_id(1), "--relay-log", "x"),
    ):
        with pytest.raises(UsageError, match="not clear what to resolve"):
            run("resolve", *arguments)
    with pytest.raises(UsageError, match="is queued; expected one that is unknown"):
        run("resolve", message_id(1), "--resend")
    with pytest.raises(UsageError, match="no unsubscribe link"):
        run("suspend", "0123456789", "--reason", "x")
    with pytest.raises(UsageError, match="no state of a mail"):
        run("list", "--state", "lost")
