"""The command line as scripts and people use it: exit codes, one-line errors, JSON."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from corridor_etl.settings import checkout
from tests.cli.calling import CORRIDOR
from tests.cli.calling import corridor as run

SAMPLES = checkout() / "tests" / "samples"


def test_help_lists_every_group_and_is_quick_to_import() -> None:
    shown = subprocess.run([CORRIDOR, "--help"], capture_output=True, text=True, check=True).stdout
    for name in (
        "demo",
        "simulate",
        "ingest",
        "deliveries",
        "quarantine",
        "corrections",
        "coverage",
        "revisions",
        "kpi",
        "report",
        "outbox",
        "backfill",
        "lake",
        "db",
        "docs",
    ):
        assert re.search(rf"^  {name}\b", shown, re.MULTILINE), name
    heavy = "import sys, corridor_etl.cli.app as a; print([m for m in ('polars', 'prefect', 'great_expectations') if m in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", heavy], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


def test_ingest_prints_the_balance_and_says_what_is_new() -> None:
    first = run("ingest", SAMPLES / "booking_csv.csv", SAMPLES / "codeco.edi", "--json")
    rows = json.loads(first.stdout)
    assert first.returncode == 0, first.stderr
    assert all(r["rows_read"] == r["rows_loaded"] + r["rows_quarantined"] + r["rows_duplicate"] for r in rows)
    again = run("ingest", SAMPLES / "booking_csv.csv", SAMPLES / "codeco.edi")
    assert again.returncode == 0
    assert "nothing new" in again.stdout


def test_a_held_back_row_or_a_rejected_file_is_exit_code_1(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    result = run("ingest", empty)
    assert result.returncode == 1
    assert "rejected" in result.stdout
    listed = json.loads(run("deliveries", "list", "--status", "rejected", "--json").stdout)
    assert [(row["file_name"], row["reason"]) for row in listed] == [("empty.csv", "EMPTY_FILE")]


def test_a_dry_run_changes_nothing(own_home: Path) -> None:
    result = run("ingest", "--dry-run", SAMPLES / "manifest_xlsx.xlsx", "--json")
    (row,) = json.loads(result.stdout)
    assert (row["status"], row["format"]) == ("read", "manifest_xlsx")
    assert row["rows_read"] > 0
    assert not (own_home / "archive").exists()
    assert json.loads(run("deliveries", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ingest", "/no/such/file"), 2, "there is no file or folder /no/such/file"),
        (("report", "publish", "2025-W60"), 2, "'2025-W60' is not an ISO week"),
        (("report", "show", "2025-W24"), 2, "no issue weekly/2025-W24/r0 is published"),
        (("backfill", "plan", "2025-W10:2025-W09"), 2, "runs backwards"),
        (("kpi", "show", "nonsense"), 2, "one of balance, booking"),
        (("kpi", "show", "speed", "--lang", "fr"), 2, "one of en, zh, ru, kk"),
        (("lake", "files", "--kind", "nonsense"), 2, "there is no record kind 'nonsense'"),
        (("deliveries", "show", "7"), 2, "there is no delivery_no 7"),
        (("nonsense",), 2, "No such command"),
        (("report", "publish", "2025-W24"), 1, ""),
    ],
)
def test_a_refusal_is_one_clear_line_with_its_exit_code(
    arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run(*arguments)
    assert result.returncode == code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_the_installed_command_refuses_as_the_tests_see_it() -> None:
    arguments = ("backfill", "plan", "2025-W10:2025-W09")
    here, there = (
        run(*arguments),
        subprocess.run([CORRIDOR, *arguments], capture_output=True, text=True, check=False),
    )
    assert (there.returncode, there.stdout, there.stderr) == (here.returncode, here.stdout, here.stderr)


def test_a_typing_mistake_in_the_configuration_names_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (checkout() / "corridor.toml").read_text(encoding="utf-8")
    config = tmp_path / "corridor.toml"
    config.write_text(text.replace("cargo_t_per_year", "cargo_t_per_yaer"), encoding="utf-8")
    monkeypatch.setenv("CORRIDOR_CONFIG", str(config))
    result = run("coverage")
    assert result.returncode == 3
    assert "unknown key 'targets.cargo_t_per_yaer'. Did you mean 'cargo_t_per_year'?" in result.stderr


def test_every_read_command_takes_json() -> None:
    for command in (
        ("deliveries", "list"),
        ("quarantine", "list"),
        ("corrections", "list"),
        ("coverage",),
        ("outbox", "list"),
        ("report", "list"),
        ("kpi", "list"),
    ):
        result = run(*command, "--json")
        assert result.returncode == 0, (command, result.stderr)
        assert isinstance(json.loads(result.stdout), list)


def test_validation_pages_are_built_from_what_was_ingested(own_home: Path) -> None:
    empty = json.loads(run("docs", "validation", "--json").stdout)
    assert not (own_home / "site/validation/validations").exists()
    run("ingest", SAMPLES / "booking_csv.csv", SAMPLES / "codeco.edi")
    built = run("docs", "validation", "--json")
    assert built.returncode == 0, built.stderr
    index = own_home / "site" / "validation" / "index.html"
    assert json.loads(built.stdout) == {"index": str(index), "pages": empty["pages"] + 2 * 6}
    of_batch = ["booking", "cross_source", "delivery", "delivery_column", "port_event", "source_week"]
    assert sorted(p.name for p in (index.parent / "validations").iterdir()) == of_batch


def test_control_characters_of_data_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J.txt"
    path.write_text("\x1b[31mDear all\n", encoding="utf-8")
    result = run("ingest", path)
    assert "\x1b" not in result.stdout


def test_a_dry_run_shows_format_count_first_rows_and_findings(own_home: Path) -> None:
    shown = run("ingest", "--dry-run", SAMPLES / "terminal_csv.csv").stdout
    assert "terminal_csv.csv: read" in shown
    assert "format terminal_csv" in shown
    assert "3 rows = 3 port_event + 0 that are no records" in shown
    assert "container_no" in shown
    assert "QZAU7000011" in shown
    assert not (own_home / "archive").exists()


def test_a_kpi_is_told_in_the_languages_of_the_reports_and_says_when_it_has_no_figures() -> None:
    told = json.loads(run("kpi", "show", "speed", "--lang", "ru", "--json").stdout)
    assert told["title"] == "Скорость с задержкой и без неё (ЦАРЭС, TFI4)"
    assert told["mart"] == "mart_speed_week"
    assert "unavailable" not in told
    lacking = run("kpi", "show", "carec_cost").stdout
    assert "No record kind has costs of transport" in lacking
    listed = {k["name"]: k["state"] for k in json.loads(run("kpi", "list", "--json").stdout)}
    assert (listed["carec_cost"], listed["speed"]) == ("not available", "available")
