"""The flow ``deliver`` against a real relay: the password comes from a block and is found nowhere afterwards."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from corridor_etl.errors import RelayDown
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import writing
from flows import offline
from tests.delivery import outboxes
from tests.delivery.outboxes import message_id
from tests.delivery.relay import Plan, relay, signs_in

PASSWORD = "PW-canary-5d21"


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with Warehouse.open(own_home) as warehouse, writing(warehouse.engine) as connection:
        outboxes.put(connection, own_home, 2)
    monkeypatch.setenv("CORRIDOR_NOW", outboxes.NOW)
    return own_home


def test_the_flow_signs_in_with_the_password_of_a_block_and_keeps_it_nowhere(
    home: Path,
    temporary_server: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    authority, plan = trustme.CA(), Plan()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    known = {"authenticator": signs_in(b"corridor", PASSWORD.encode()), "auth_required": True}
    with relay(plan, tls_context=context, require_starttls=True, **known) as port, offline.own_prefect():
        from prefect.blocks.system import Secret

        from flows.deliver import deliver

        Secret(value=PASSWORD).save("relay-password")
        set_to = {
            "HOST": "localhost",
            "PORT": str(port),
            "CA_FILE": str(tmp_path / "ca.pem"),
            "USER": "corridor",
        }
        for name, value in set_to.items():
            monkeypatch.setenv(f"CORRIDOR_SMTP_{name}", value)
        report = deliver(password_block="relay-password")
        assert report.line() == "2 sent, 0 to be tried later, 0 failed, 0 unknown"
        assert deliver(password_block="relay-password").sent == []
        monkeypatch.setenv("CORRIDOR_SMTP_PORT", "1")
        with writing(outboxes.opened(home)._engine) as connection:
            connection.exec_driver_sql("UPDATE outbox SET state = 'queued'")
        with pytest.raises(RelayDown):
            deliver(password_block="relay-password")
    assert plan.ids() == {message_id(n): 1 for n in (1, 2)}
    written = [path for folder in (home, temporary_server) for path in folder.rglob("*") if path.is_file()]
    assert (temporary_server / "prefect" / "prefect.db") in written
    assert [path for path in written if PASSWORD.encode() in path.read_bytes()] == []
    assert PASSWORD not in caplog.text
