"""``corridor corrections`` and what other commands say of corrections."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calling import corridor as run

BOOKINGS = """booking_no,service_id,direction,train_no,departure_date,containers,teu,booked_at,status
BK1,YIN-ALA,W,X9001,2025-02-28,2,4,2025-02-20 09:31,confirmed
BK2,YIN-ALA,W,X9001,2025-02-28,1,{teu},2025-02-21 10:02,confirmed
"""
ONE = """
[[corrections]]
id = "{id}"
kind = "booking"
action = "override"
values = {{ teu = 2 }}
reason = "known at the desk"
author = "data team"
provider = "booking desk"
reported_on = 2025-01-10
expires_on = {expires_on}
status = "{status}"
[corrections.match]
columns = {{ booking_no = "BK2" }}
[corrections.expect]
columns = {{ teu = 1 }}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "corrections"
    found.mkdir()
    monkeypatch.setenv("CORRIDOR_CORRECTIONS", str(found))
    monkeypatch.setenv("CORRIDOR_NOW", "2025-03-10T09:00:00+05:00")
    text = ONE.format(id="TEU", status="active", expires_on="2025-06-30")
    (found / "desk.toml").write_text(text, encoding="utf-8")
    return found


def bookings(folder: Path, teu: int) -> Path:
    path = folder.parent / f"week_{teu}.csv"
    path.write_text(BOOKINGS.format(teu=teu), encoding="utf-8")
    return path


def test_list_says_which_are_applied_today(folder: Path) -> None:
    others = [
        ("OLD", "active", "2025-03-09"),
        ("DONE", "retired", "2025-06-30"),
        ("NEW", "proposed", "2025-06-30"),
    ]
    text = "".join(ONE.format(id=i, status=s, expires_on=e) for i, s, e in others)
    (folder / "other.toml").write_text(text, encoding="utf-8")
    listed = json.loads(run("corrections", "list", "--json").stdout)
    assert [(c["id"], c["state"], c["applied"]) for c in listed] == [
        ("TEU", "active", "yes"),
        ("OLD", "expired", "no"),
        ("DONE", "retired", "no"),
        ("NEW", "proposed", "no"),
    ]
    assert "expired" in run("corrections", "list").stdout


def test_ingest_says_what_was_not_applied_and_show_what_was(folder: Path) -> None:
    dry = run("ingest", "--dry-run", bookings(folder, 1)).stdout
    assert "correction TEU: would override 1 row of 2025-W09, the first teu=1.00 -> teu=2.00" in dry
    assert run("ingest", bookings(folder, 1)).returncode == 0
    (effect,) = json.loads(run("corrections", "show", "TEU", "--json").stdout)["effects"]
    assert (effect["file_name"], effect["rows"], effect["new_text"]) == ("week_1.csv", 1, "teu=2.00")
    mended = run("ingest", bookings(folder, 2))
    assert mended.returncode == 1
    assert "week_2.csv: correction TEU (desk.toml) was not applied" in mended.stderr
    assert "may have been mended at the source: retire it" in mended.stderr
    dry = run("ingest", "--dry-run", bookings(folder, 3)).stdout
    assert "correction TEU: would not be applied (failed), 1 row of 2025-W09 matched" in dry


def test_check_holds_every_file_against_the_model_and_tries_them(folder: Path) -> None:
    assert "every file holds together; corrections: 1, files: 1" in run("corrections", "check").stdout
    tried = run("corrections", "check", "--dry-run", bookings(folder, 1), "--json")
    (effect,) = json.loads(tried.stdout)
    assert (effect["correction_id"], effect["guard_outcome"], effect["rows"]) == ("TEU", "passed", 1)
    assert run("corrections", "check", "--dry-run", bookings(folder, 2)).returncode == 1
    assert "no correction matches any row" in run("corrections", "check", "--dry-run").stdout
    (folder / "broken.toml").write_text("[", encoding="utf-8")
    (folder / "desk.toml").write_text("corrections = 1", encoding="utf-8")
    broken = run("corrections", "check")
    assert broken.returncode == 3
    assert "broken.toml is not valid TOML" in broken.stdout
    assert "desk.toml: 'corrections' is '1'" in broken.stdout
    assert "2 mistakes in the corrections" in broken.stderr


def test_an_unknown_id_is_a_usage_error() -> None:
    result = run("corrections", "show", "NONE")
    assert result.returncode == 2
    assert "there is no correction 'NONE'" in result.stderr
