"""Each likely misconfiguration, planted, is found with its fix; a new home has none that fails."""

from __future__ import annotations

import importlib.resources
import json
import os
import re
import ssl
import sys
import time
import tomllib
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
import trustme
from packaging.requirements import Requirement
from sqlalchemy import text
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.clock import ticking_utc
from corridor_etl.jobs.doctor import (
    CHECKS,
    Finding,
    _database,
    _ledger,
    _places,
    _prefect,
    _settings,
    examined,
    is_sound,
)
from corridor_etl.jobs.doctor._finding import Patient
from corridor_etl.reference.currency import market_rates
from corridor_etl.reports import fonts
from corridor_etl.settings import checkout, load_settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.schema import LEASE
from tests.delivery import outboxes
from tests.delivery.relay import Plan, relay, signs_in


def said(check: str) -> list[Finding]:
    """What the doctor says of one check, unless that is ok."""
    findings = [f for f in examined() if f.check == check]
    assert findings, f"{check} was not looked at"
    assert all(f.fix and f.expected for f in findings if f.state != "ok"), findings
    return [f for f in findings if f.state != "ok"]


def only(check: str, state: str) -> Finding:
    (finding,) = said(check)
    assert finding.state == state
    return finding


@pytest.fixture
def opened(own_home: Path) -> Iterator[Warehouse]:
    with Warehouse.open(own_home) as warehouse:
        yield warehouse


@pytest.mark.usefixtures("opened")
def test_a_new_home_is_sound_and_every_check_was_made() -> None:
    findings = examined()
    assert {f.check for f in findings} == set(CHECKS)
    assert is_sound(findings), [f for f in findings if f.state == "fail"]


def test_looking_makes_nothing(own_home: Path) -> None:
    assert is_sound(examined())
    assert not own_home.exists()


def test_the_command_ends_with_3_where_something_fails_and_prints_the_same_as_json(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 0
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", "mysql://corridor@db/corridor")
    shown, as_json = (CliRunner().invoke(app, ["doctor", *more]) for more in ([], ["--json"]))
    assert (shown.exit_code, as_json.exit_code) == (3, 3)
    assert "fail  database" in shown.stdout
    (found,) = [row for row in json.loads(as_json.stdout) if row["state"] == "fail"]
    assert found["fix"] == "Name a SQLite file or a PostgreSQL database."


@pytest.mark.parametrize(
    ("before", "after", "fact", "fix"),
    [
        (
            "[targets]",
            "[targets]\ncargo_t_per_yaer = 1",
            "unknown key 'targets.cargo_t_per_yaer'",
            "cargo_t_per_year",
        ),
        ("Asia/Almaty", "Asia/Almati", "'Asia/Almati'", "Correct the value"),
    ],
)
def test_a_mistake_in_the_settings_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, fact: str, fix: str
) -> None:
    wrong = tmp_path / "corridor.toml"
    wrong.write_text(
        (checkout() / "corridor.toml").read_text(encoding="utf-8").replace(before, after, 1), "utf-8"
    )
    monkeypatch.setenv("CORRIDOR_CONFIG", str(wrong))
    finding = only("settings", "fail")
    assert fact in finding.fact
    assert fix in finding.fix


def test_a_mistyped_variable_is_named_with_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_DATABSE_URL", "postgresql://db/corridor")
    assert "CORRIDOR_DATABASE_URL" in only("environment", "warn").fix


def test_every_variable_the_code_reads_is_known() -> None:
    code = [
        p.read_text("utf-8")
        for folder in ("corridor_etl", "flows")
        for p in (checkout() / folder).rglob("*.py")
    ]
    read = {name for text in code for name in re.findall(r'"(CORRIDOR_[A-Z]+(?:_[A-Z]+)*)"', text)}
    assert read - set(_settings.KNOWN_VARIABLES) == set()


def test_a_clock_left_standing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", "2025-06-30T06:00:00+05:00")
    finding = only("clock", "warn")
    assert "2025-06-30 01:00 UTC" in finding.fact
    monkeypatch.setenv("CORRIDOR_NOW", "yesterday")
    assert "'yesterday' is not an instant" in only("clock", "fail").fact


@pytest.fixture
def zones() -> Iterator[Callable[[Path], None]]:
    yield lambda folder: zoneinfo.reset_tzpath([folder])
    zoneinfo.reset_tzpath()


def test_time_zone_tables_from_before_2024_are_named(zones: Callable[[Path], None], tmp_path: Path) -> None:
    old = importlib.resources.files("tzdata").joinpath("zoneinfo/Etc/GMT-6").read_bytes()
    (tmp_path / "Asia").mkdir()
    (tmp_path / "Asia" / "Almaty").write_bytes(old)
    zones(tmp_path)
    assert "6:00:00 in 2025" in only("time zones", "fail").fact


def test_a_package_that_kills_the_schedules_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "sqlalchemy-2.1.0.dist-info"
    planted.mkdir()
    (planted / "METADATA").write_text("Metadata-Version: 2.1\nName: SQLAlchemy\nVersion: 2.1.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert "sqlalchemy 2.1.0" in only("packages", "fail").fact


def test_the_ranges_of_packages_are_those_of_the_project() -> None:
    project = tomllib.loads((checkout() / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {r.name: r.specifier for r in map(Requirement, project["dependencies"])}
    for name, (least, first_wrong) in _settings.RANGES.items():
        lowest, highest = (".".join(map(str, part)) for part in (least, first_wrong))
        assert lowest in wanted[name], name
        assert highest not in wanted[name], name


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "file" / "home"))
    assert "cannot be written" in only("home", "fail").fact


def test_sqlite_on_a_network_file_system_is_named(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"overlay / overlay rw 0 0\nfiles:/export {own_home.parent} nfs4 rw 0 0\n")
    monkeypatch.setattr(_places, "MOUNTS", mounts)
    assert "on nfs4" in only("home", "fail").fact
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", "postgresql://127.0.0.1:1/corridor")
    assert said("home") == []


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(50, 100, "ok"), (9, 100, "warn"), (0.9, 5, "warn"), (0.9, 100, "fail"), (0.05, 0.1, "fail")],
)
def test_a_disk_nearly_full_is_a_warning_and_then_a_failure(free: float, total: float, state: str) -> None:
    assert _places.room(Path("home"), int(free * 2**30), int(total * 2**30)).state == state


def test_missing_fonts_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    assert "CorridorSans-Regular.ttf" in only("fonts", "fail").fact


def test_a_bucket_is_reached_or_what_is_wrong_is_named(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("store") == []
    monkeypatch.setenv("CORRIDOR_STORE_URL", "s3://no-such-bucket/team")
    assert "no bucket no-such-bucket" in only("store", "fail").fact
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert only("store", "fail").fact == "AWS_SECRET_ACCESS_KEY is not set"


def test_a_database_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", "postgresql://corridor:pw-canary@127.0.0.1:1/corridor")
    finding = only("database", "fail")
    assert "did not answer" in finding.fact
    assert "pw-canary" not in finding.line()


def test_a_database_that_refuses_is_named(
    new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", new_database().replace("/postgres?", "/no_such_database?"))
    assert "no_such_database" in only("database", "fail").fact


@pytest.mark.parametrize(("revision", "state"), [("0024_issue_texts", "warn"), ("9999_future", "fail")])
def test_an_older_schema_is_a_warning_and_a_newer_one_a_failure(
    opened: Warehouse, revision: str, state: str
) -> None:
    older = sorted(_database.revisions())[-2]
    with opened.engine.begin() as connection:
        wanted = older if state == "warn" else revision
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": wanted})
    assert wanted in only("database", state).fact


def test_a_clock_that_differs_from_the_database_is_named() -> None:
    assert "-90 s" in _database.skewed(timedelta(seconds=-90)).fact


@pytest.mark.usefixtures("own_home")
def test_recipients_outside_the_allowed_domains_and_a_sandbox_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "corridor.toml"
    whole = (checkout() / "corridor.toml").read_text("utf-8")
    changed.write_text(
        whole.replace('allowed_domains = ["corridor.example"]', 'allowed_domains = ["other.example"]'),
        "utf-8",
    )
    monkeypatch.setenv("CORRIDOR_CONFIG", str(changed))
    assert "may not be written to" in only("recipients", "fail").fact
    monkeypatch.delenv("CORRIDOR_CONFIG")
    monkeypatch.setenv("CORRIDOR_SMTP_SANDBOX", "trial@corridor.example")
    assert "trial@corridor.example" in only("recipients", "warn").fact


def test_a_relay_that_lets_us_in_is_ok_and_any_other_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no relay is set" in only("mail", "warn").fact
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    known = {"authenticator": signs_in(b"corridor", b"right"), "auth_required": True}
    with relay(Plan(), tls_context=context, require_starttls=True, **known) as port:
        for name, value in {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "USER": "corridor",
            "PASSWORD": "wrong",
        }.items():
            monkeypatch.setenv(f"CORRIDOR_SMTP_{name}", value)
        assert "certificate that is not valid" in only("mail", "fail").fact
        monkeypatch.setenv("CORRIDOR_SMTP_CA_FILE", str(tmp_path / "ca.pem"))
        assert "does not accept user and password" in only("mail", "fail").fact
        monkeypatch.setenv("CORRIDOR_SMTP_PASSWORD", "right")
        assert said("mail") == []
    assert "cannot be reached" in only("mail", "fail").fact


def test_a_prefect_server_that_is_not_there_or_misnamed_is_named(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(own_home / "prefect"))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1")
    assert "ends in /api" in only("prefect", "fail").expected
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert only("prefect", "fail").fix == "make server"


def test_telemetry_and_a_shared_prefect_home_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    facts = [f.fact for f in said("prefect") if f.state == "warn"]
    assert [f.split(":")[0] for f in facts] == [
        "PREFECT_SERVER_ANALYTICS_ENABLED is on",
        "PREFECT_HOME is not set",
    ]


def test_the_deployments_looked_for_are_those_of_the_file() -> None:
    assert {"ingest", "weekly-reports", "deliver", "backfill"} <= set(_prefect.declared())


def test_files_that_wait_or_were_never_finished_or_are_of_nobody_are_named(opened: Warehouse) -> None:
    old = time.time() - 2 * 86400
    for name in ("booking_desk/a.csv", "booking_desk/b.csv.part", "stranger/c.bin"):
        path = opened.home / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (old, old) if "c.bin" not in name else None)
    assert [f.fact for f in said("inbox")] == [
        "1 files wait in the inbox for more than a day: a.csv",
        "1 files are unfinished by name since a day: b.csv.part",
        "1 files are of no sender: c.bin",
    ]


def test_unknown_failed_and_forgotten_mails_are_named(opened: Warehouse) -> None:
    with writing(opened.engine) as connection:
        outboxes.put(connection, opened.home, 3)
        for number, state in ((1, "unknown"), (2, "failed")):
            where = {"m": outboxes.message_id(number), "s": state}
            connection.execute(text("UPDATE outbox SET state = :s WHERE message_id = :m"), where)
    assert [f.fact.split(":")[0] for f in said("outbox")] == [
        "of 1 mails it is not known whether the relay took them",
        "1 mails failed",
        "1 mails are queued for more than a day",
    ]


def test_a_lease_of_a_machine_whose_clock_is_ahead_is_named(opened: Warehouse) -> None:
    until = ticking_utc() + timedelta(hours=3)
    row = {"name": "ingest", "holder": "far process 1 run 00000000", "token": 1, "expires_at_utc": until}
    with writing(opened.engine) as connection:
        connection.execute(LEASE.insert().values(row))
    assert "far process 1" in only("leases", "fail").fact


@pytest.mark.parametrize(("days", "state"), [(7, "ok"), (9, "warn")])
def test_rates_that_ended_are_named(opened: Warehouse, days: int, state: str) -> None:
    last = market_rates()["rate_on"].max()
    assert isinstance(last, date)
    now = datetime.combine(last + timedelta(days=days), clock(), tzinfo=UTC)
    patient = Patient(opened.home, {}, now, load_settings(), opened)
    (found,) = _ledger.rates(patient)
    assert found.state == state
    assert str(last) in found.fact
