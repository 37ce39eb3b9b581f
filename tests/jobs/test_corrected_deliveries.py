"""Corrections on their way to the warehouse: the balance holds, effects and findings are stored, replay is the same."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.jobs.corrections import TRIED, archived, tried
from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.quality.corrections import load_corrections
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

BOOKINGS = """booking_no,service_id,direction,train_no,departure_date,containers,teu,booked_at,status
BK1,YIN-ALA,W,X9001,2025-02-28,2,4,2025-02-20 09:31,confirmed
BK2,YIN-ALA,W,X9001,2025-02-28,1,0,2025-02-21 10:02,confirmed
BK3,YIN-ALA,W,X9001,2025-03-07,1,0,2025-02-22 08:00,confirmed
BK4,YIN-ALA,W,X9001,2025-03-07,3,6,2025-02-22 08:01,confirmed
"""
HEAD = """
[[corrections]]
id = "{id}"
kind = "{kind}"
action = "{action}"
reason = "known at the desk"
author = "data team"
provider = "booking desk"
reported_on = 2025-01-10
expires_on = 2025-06-30
status = "active"
"""
TEU = (
    HEAD.format(id="TEU", kind="booking", action="override")
    + """
values = { teu = 2 }
[corrections.match]
sender = "booking_desk"
columns = { booking_no = ["BK2", "BK3"] }
[corrections.expect]
columns = { teu = 0 }
"""
)
TWICE = (
    HEAD.format(id="TWICE", kind="booking", action="drop")
    + """
[corrections.match]
columns = { booking_no = "BK4" }
[corrections.expect]
rows_at_most = 1
"""
)


@pytest.fixture(autouse=True)
def corrections_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corrections"
    folder.mkdir()
    monkeypatch.setenv("CORRIDOR_CORRECTIONS", str(folder))
    monkeypatch.setenv("CORRIDOR_NOW", "2025-03-10T09:00:00+05:00")
    return folder


def deliver(home: Path, content: str = BOOKINGS, name: str = "booking_desk/week.csv") -> BatchResult:
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return ingest([path])


def counts(result: BatchResult) -> list[tuple[int, int, int, int]]:
    return [(d.rows_read, d.rows_loaded, d.rows_quarantined, d.rows_duplicate) for d in result.deliveries]


def stored() -> dict[str, Any]:
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        return {
            "rows": warehouse.current("booking").select("booking_no", "teu", "line_no").rows(),
            "effects": warehouse.correction_effects().drop("snapshot").rows(),
            "findings": warehouse.findings().select("rule_id", "severity", "rows", "message").rows(),
            "quarantine": warehouse.quarantine().select("line_no", "rule_ids", "state").rows(),
        }


def test_a_row_that_would_be_held_back_loads_corrected(own_home: Path, corrections_folder: Path) -> None:
    without = deliver(own_home, name="elsewhere/week.csv")
    assert counts(without) == [(4, 2, 2, 0)]
    (corrections_folder / "desk.toml").write_text(TEU, encoding="utf-8")
    mended = deliver(own_home, BOOKINGS.replace("BK4", "BK5"))
    assert counts(mended) == [(4, 3, 0, 1)]
    found = stored()
    assert ("BK2", Decimal("2.00"), 3) in found["rows"]
    weeks = [(e[1], e[2], e[6], e[7], e[8], e[9], e[10]) for e in found["effects"]]
    assert weeks == [
        ("TEU", "2025-W09", "passed", 1, 3, "teu=0.00", "teu=2.00"),
        ("TEU", "2025-W10", "passed", 1, 4, "teu=0.00", "teu=2.00"),
    ]
    assert [f[:3] for f in found["findings"] if f[0].startswith("CORRECTION")] == [("CORRECTION", "info", 2)]


def test_a_dropped_row_is_kept_counted_and_waits_for_nobody(own_home: Path, corrections_folder: Path) -> None:
    (corrections_folder / "desk.toml").write_text(TEU + TWICE, encoding="utf-8")
    assert counts(deliver(own_home)) == [(4, 3, 1, 0)]
    assert stored()["quarantine"] == [(5, "CORRECTION", "discarded")]
    with Warehouse.open() as warehouse:
        (held,) = warehouse.quarantine().to_dicts()
    assert held["raw_text"].startswith("BK4,")
    assert json.loads(held["details_json"])[0]["observed"] == "booking_no=BK4"


def test_a_source_that_mended_its_error_is_said_loudly(own_home: Path, corrections_folder: Path) -> None:
    (corrections_folder / "desk.toml").write_text(TEU, encoding="utf-8")
    result = deliver(own_home, BOOKINGS.replace(",1,0,", ",1,1,"))
    (outcome,) = result.deliveries
    assert "may have been mended at the source: retire it" in outcome.correction_problems[0]
    found = stored()
    assert ("BK2", Decimal("1.00"), 3) in found["rows"]
    assert [f[:3] for f in found["findings"]] == [("CORRECTION_GUARD", "critical", 2)]
    assert {(e[2], e[6], e[7]) for e in found["effects"]} == {
        ("2025-W09", "failed", 1),
        ("2025-W10", "failed", 1),
    }


def test_the_same_delivery_again_changes_nothing(own_home: Path, corrections_folder: Path) -> None:
    (corrections_folder / "desk.toml").write_text(TEU + TWICE, encoding="utf-8")
    deliver(own_home)
    before = stored()
    assert deliver(own_home).snapshot is None
    assert deliver(own_home, name="booking_desk/copy.csv").deliveries[0].status == "duplicate"
    assert stored() == before


def test_a_rebuild_from_the_same_files_gives_the_same(
    own_home: Path, corrections_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corrections_folder / "desk.toml").write_text(TEU + TWICE, encoding="utf-8")
    deliver(own_home)
    first = stored()
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "again"))
    deliver(tmp_path / "again")
    assert stored() == first


def test_what_breaks_a_rule_all_the_same_is_held_back_as_it_came(
    own_home: Path, corrections_folder: Path
) -> None:
    text = TEU.replace("teu = 2", 'teu = 9, train_no = "K12"').replace('["BK2", "BK3"]', '["BK2"]')
    (corrections_folder / "desk.toml").write_text(text.replace("teu = 9", "containers = 0"), encoding="utf-8")
    deliver(own_home)
    with Warehouse.open() as warehouse:
        held = warehouse.quarantine().filter(line_no=3).to_dicts()
    assert json.loads(held[0]["raw_json"])["train_no"] == "X9001"
    assert json.loads(held[0]["raw_json"])["containers"] == 1


CANCEL = (
    "UNB+UNOA:2+NGBCT+YINALA+250301:0900+{ref}'UNH+1+CODECO:D:95B:UN:SMDG16'BGM+34+G1+{function}'"
    "DTM+137:2025030110{ref}0:203'EQD+CN+QZAU7000011+45G1:102:5++2+5'DTM+7:202503010830:203'LOC+165+CNNBG:139:6'"
    "MEA+AAE+G+KGM:24512'CNT+16:1'UNT+8+1'UNZ+1+{ref}'\n"
)


def test_a_waiting_row_loads_as_it_was_corrected(own_home: Path, corrections_folder: Path) -> None:
    text = HEAD.format(id="KG", kind="port_event", action="override") + """
values = { gross_gross_kg = 24000 }
[corrections.match]
sender = "ningbo_port"
columns = { action = "cancel" }
[corrections.expect]
columns = { gross_gross_kg = 24512 }
"""  # fmt: skip
    (corrections_folder / "port.toml").write_text(text, encoding="utf-8")
    deliver(own_home, CANCEL.format(ref=2, function=1), "ningbo_port/cancel.edi")
    deliver(own_home, CANCEL.format(ref=1, function=9), "ningbo_port/original.edi")
    with Warehouse.open() as warehouse:
        rows = warehouse.rows("port_event").sort("version").select("action", "gross_gross_kg").rows()
        assert warehouse.quarantine()["state"].to_list() == ["replayed"]
    assert rows == [("insert", Decimal("24512.000")), ("cancel", Decimal("24000.000"))]


def test_a_mistake_in_a_file_stops_the_batch_before_anything_is_published(
    own_home: Path, corrections_folder: Path
) -> None:
    (corrections_folder / "desk.toml").write_text(TEU.replace("teu = 2", "tue = 2"), encoding="utf-8")
    with pytest.raises(SettingsError, match="Did you mean 'teu'"):
        deliver(own_home)
    with Warehouse.open() as warehouse:
        assert warehouse.deliveries().is_empty()


def test_trying_on_the_archive_judges_by_the_time_of_receipt(
    own_home: Path, corrections_folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(own_home)
    proposed = TEU.replace('status = "active"', 'status = "proposed"')
    (corrections_folder / "desk.toml").write_text(proposed, encoding="utf-8")
    monkeypatch.setenv("CORRIDOR_NOW", "2026-01-01T00:00:00+05:00")
    found = load_corrections(settings)
    with Warehouse.open() as warehouse:
        effects = tried(archived(warehouse, found, TRIED), settings, found, TRIED)
        assert warehouse.correction_effects().is_empty()
    assert effects.select("file_name", "rows", "guard_outcome").rows() == [
        ("booking_desk/week.csv", 1, "passed"),
        ("booking_desk/week.csv", 1, "passed"),
    ]
    assert isinstance(effects, pl.DataFrame)
