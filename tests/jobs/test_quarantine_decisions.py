"""Rows leave the quarantine through the code new files go through, one commit each time, and the balance holds."""

from __future__ import annotations

import io
import json
import shutil
import signal
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.jobs.as_sent import cells_as_sent
from corridor_etl.jobs.decisions import Filter, decide
from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.replay import replay, waive
from corridor_etl.jobs.rereading import why_not
from corridor_etl.quality import suites
from corridor_etl.quality.suggestions import candidates
from corridor_etl.settings import checkout
from corridor_etl.warehouse import Warehouse
from tests.killed import forks

HEAD = "container;iso_type;load_status;event;terminal;locode;event_time;train_no;wagon_no;gross_kg;remarks\n"
GOOD = "QZAU7000027;22G1;F;DEPA;Yining;CNYIN;28.02.2025 17:11;X9001;5270012;18000;\n"
BAD_DIGIT = GOOD.replace("QZAU7000027", "QZAU7000012")
NOWHERE = GOOD.replace("CNYIN", "CNQQQ").replace("QZAU7000027", "QZAU7000011").replace("Yining", "Siding")
SURPLUS = GOOD.replace("17:11", "17:15").replace(";\n", ";;;9\n")
BOOKINGS = "booking_no,service_id,direction,train_no,departure_date,containers,teu,booked_at,status\n"
NO_SLOTS = "BK1,YIN-ALA,W,X9001,2025-02-28,0,0,2025-02-20 09:31,confirmed\n"
GATE_IN = (
    "UNB+UNOA:2+NGBCT+YINALA+250301:0900+{ref}'UNH+1+CODECO:D:95B:UN:SMDG16'BGM+34+G{ref}+9'"
    "DTM+137:202503010900:203'EQD+CN+{box}+45G1:102:5++2+5'DTM+7:202503010830:203'LOC+165+CNNBG:139:6'"
    "MEA+AAE+G+KGM:24512'CNT+16:1'UNT+8+1'UNZ+1+{ref}'\n"
)
WHO: dict[str, Any] = {"by": "aigerim"}
WHY: dict[str, Any] = {**WHO, "reason": "the terminal says it is right"}


def deliver(home: Path, name: str, content: str | bytes) -> BatchResult:
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ingest([path])


def terminal(home: Path, *rows: str, name: str = "a.csv") -> BatchResult:
    return deliver(home, f"rail_terminals/{name}", HEAD + "".join(rows))


def held() -> list[dict[str, Any]]:
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        weeks = warehouse.coverage().select("rows_loaded", "rows_quarantined", "rows_duplicate").sum()
        totals = warehouse.deliveries().select(weeks.columns).sum()
        assert weeks.rows() == totals.rows(), "the weeks of the deliveries add up to the deliveries"
        return warehouse.quarantine().to_dicts()


def counts() -> list[tuple[int, ...]]:
    with Warehouse.open() as warehouse:
        return warehouse.deliveries().select("rows_loaded", "rows_quarantined", "rows_duplicate").rows()


def everything(home: Path) -> tuple[Any, ...]:
    """All that a reader can see, and every file of the home folder."""
    with Warehouse.open() as warehouse:
        tables = (
            warehouse.batches(), warehouse.deliveries(), warehouse.quarantine(), warehouse.findings(),
            warehouse.checks(), warehouse.coverage(), warehouse.rows("port_event"), warehouse.rows("booking"),
            *(warehouse.mart(name) for name in warehouse.mart_tables()),
        )  # fmt: skip
    files = sorted(str(p) for p in home.rglob("*") if p.is_file() and "warehouse.db" not in p.name)
    return (files, *(table.rows() for table in tables))


@pytest.fixture
def relax(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Makes a rule of a suite a warning, as somebody does who finds it too strict."""

    def relaxed(kind: str, rule_id: str) -> None:
        folder = tmp_path / "suites"
        shutil.copytree(checkout() / "expectations" / "suites", folder)
        path = folder / f"{kind}.json"
        suite = json.loads(path.read_text(encoding="utf-8"))
        for rule in suite["expectations"]:
            if rule["meta"]["rule_id"] == rule_id:
                rule["severity"] = "warning"
        path.write_text(json.dumps(suite), encoding="utf-8")
        monkeypatch.setattr(suites, "suite_folder", lambda: folder)
        suites.suite_text.cache_clear()

    return relaxed


@pytest.fixture(autouse=True)
def own_suites() -> Any:
    yield
    suites.suite_text.cache_clear()


def test_a_dry_run_changes_nothing_and_a_relaxed_rule_lets_rows_in_once(
    own_home: Path, relax: Callable[[str, str], None]
) -> None:
    terminal(own_home, GOOD, NOWHERE, BAD_DIGIT)
    relax("port_event", "ID-031")
    before = everything(own_home)
    told = replay(is_dry_run=True, **WHO)
    assert everything(own_home) == before
    assert told.line() == "would be: 1 loaded, 1 held back still"
    done = replay(**WHO)
    assert [(o.line_no, o.outcome) for o in done.outcomes] == [
        (o.line_no, o.outcome) for o in told.outcomes
    ] == [(3, "loaded"), (4, "held")]  # fmt: skip
    assert counts() == [(2, 1, 0)]
    let_in, stays = held()
    assert (let_in["state"], let_in["decided_by"], let_in["decided_snapshot"]) == ("replayed", "aigerim", 2)
    assert (stays["state"], stays["rule_ids"], stays["decided_at_utc"]) == ("open", "ID-002", None)
    assert stays["last_seen_at_utc"] > stays["first_seen_at_utc"] == let_in["last_seen_at_utc"]
    with Warehouse.open() as warehouse:
        warnings = warehouse.findings(snapshot=2).to_dicts()
        assert warehouse.current("port_event")["container_no"].sort().to_list() == [
            "QZAU7000011",
            "QZAU7000027",
        ]
    assert [(f["rule_id"], f["line_no"], f["rows"]) for f in warnings] == [("ID-031", 3, 1)]
    assert replay([let_in["quarantine_id"]], **WHO).line() == "nothing to do"
    assert replay(wanted=Filter(rule="ID-031", state="open"), **WHO).line() == "nothing to do"


def test_rows_out_of_an_archive_are_replayed_from_their_own_bytes(
    own_home: Path, relax: Callable[[str, str], None]
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", HEAD + GOOD + NOWHERE)
    deliver(own_home, "rail_terminals/week.zip", buffer.getvalue())
    shutil.rmtree(own_home / "inbox")
    relax("port_event", "ID-031")
    assert replay(**WHO).line() == "1 loaded (snapshot 2)"
    assert [row["state"] for row in held()] == ["replayed"]
    assert counts() == [(0, 0, 0), (2, 0, 0)]


def test_of_two_rows_that_say_the_same_one_is_loaded_and_one_leaves_as_a_duplicate(
    own_home: Path, relax: Callable[[str, str], None]
) -> None:
    terminal(own_home, NOWHERE)
    terminal(own_home, NOWHERE, GOOD, name="b.csv")
    relax("port_event", "ID-031")
    assert replay(**WHO).line() == "1 loaded, 1 duplicate (snapshot 3)"
    assert counts() == [(1, 0, 0), (1, 0, 1)]
    assert [row["state"] for row in held()] == ["replayed"] * 2


def test_a_file_that_no_longer_reads_is_refused_and_nothing_changes(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(own_home, GOOD, NOWHERE)
    config = tmp_path / "corridor.toml"
    text = (checkout() / "corridor.toml").read_text(encoding="utf-8")
    config.write_text(text.replace('["terminal_csv"]', '["booking_csv"]'), encoding="utf-8")
    before = everything(own_home)
    with monkeypatch.context() as patch:
        patch.setenv("CORRIDOR_CONFIG", str(config))
        refused = replay(**WHO)
        with Warehouse.open() as warehouse:
            assert cells_as_sent(warehouse, warehouse.quarantine().to_dicts()) == {}
    assert refused.is_refused
    assert "no longer reads as a whole: UNKNOWN_FORMAT" in refused.outcomes[0].message
    assert everything(own_home) == before
    stored = next((own_home / "archive").iterdir())
    stored.chmod(0o644)
    stored.write_bytes(stored.read_bytes() + b"x")
    with pytest.raises(TerminalError, match="has changed"):
        replay(**WHO)


@pytest.mark.parametrize(
    ("kind", "line_no", "rows_read", "said"),
    [
        ("booking", 2, 3, ""),
        ("booking", 4, 3, ""),
        ("booking", 2, 4, "the file reads as 3 rows now and as 4 when it came"),
        ("booking", 3, 3, "line 3 is no longer one row of booking"),
        ("booking", 9, 3, "line 9 is no longer one row of booking"),
        ("port_event", 2, 3, "line 2 is no longer one row of port_event"),
    ],
    ids=["record", "fault", "other-count", "two-rows", "no-row", "other-kind"],
)
def test_a_row_is_taken_only_where_its_line_is_one_row_still(
    kind: str, line_no: int, rows_read: int, said: str
) -> None:
    reading = Reading(
        "a.csv", "0" * 64, 9, datetime(2025, 6, 2, tzinfo=UTC), "read", rows_read=3,
        frames={"booking": pl.DataFrame({"line_no": [2, 3, 3]})},
        faults={"booking": pl.DataFrame({"line_no": [4, 4]})},
    )  # fmt: skip
    rows = pl.DataFrame({"record_kind": [kind], "line_no": [line_no]})
    assert why_not(reading, {"rows_read": rows_read}, rows) == said


def test_a_person_loads_a_row_in_spite_of_its_rules_and_the_ledger_says_so(own_home: Path) -> None:
    terminal(own_home, GOOD, BAD_DIGIT, SURPLUS)
    with pytest.raises(UsageError, match="waive needs a reason"):
        waive([1], by="aigerim", reason=" ")
    done = waive([1, 2], **WHY)
    assert [(o.line_no, o.outcome) for o in done.outcomes] == [(3, "loaded"), (4, "refused")]
    assert "it is no record (FIELD_COUNT)" in done.outcomes[1].message
    assert done.leaves_rows
    assert counts() == [(2, 1, 0)]
    row, stays = held()
    assert (row["state"], row["decided_by"], row["decision_reason"]) == ("waived", *WHY.values())
    assert stays["state"] == "open"
    with Warehouse.open() as warehouse:
        assert "QZAU7000012" in warehouse.current("port_event")["container_no"]
        (finding,) = warehouse.findings(snapshot=2).to_dicts()
    assert (finding["rule_id"], finding["line_no"], finding["observed"]) == ("ID-002", 3, "QZAU7000012")
    assert finding["message"].endswith("waived by aigerim: the terminal says it is right")
    assert waive([1], **WHY).line() == "nothing to do"
    assert decide("reopen", [1], **WHY).is_refused


def test_what_contradicts_or_waits_for_another_record_cannot_be_waived(own_home: Path) -> None:
    deliver(own_home, "ningbo_port/a.edi", GATE_IN.format(ref=1, box="QZAU7000011"))
    other = GATE_IN.format(ref=2, box="QZAU7000011").replace("24512", "19000").replace("G2", "G1")
    deliver(own_home, "ningbo_port/b.edi", other)
    orphan = GATE_IN.format(ref=3, box="QZAU7000027").replace("+9'DTM", "+1'DTM")
    deliver(own_home, "ningbo_port/c.edi", orphan)
    assert [row["rule_ids"] for row in held()] == ["CONFLICT", "ST-007"]
    before = everything(own_home)
    refused = waive([1, 2], **WHY)
    assert refused.is_refused
    assert [o.message.split(":")[0] for o in refused.outcomes] == ["cannot be waived"] * 2
    assert everything(own_home) == before


def test_what_is_discarded_stays_out_until_it_is_reopened(own_home: Path) -> None:
    terminal(own_home, GOOD, BAD_DIGIT)
    assert decide("discard", [1], **WHY).line() == "1 discarded (snapshot 2)"
    (row,) = held()
    assert (row["state"], row["decided_by"], row["decision_reason"]) == ("discarded", *WHY.values())
    assert counts() == [(1, 1, 0)]
    assert "reopen it first" in replay([1], **WHO).outcomes[0].message
    assert replay(wanted=Filter(state="open"), **WHO).line() == "nothing to do"
    assert decide("discard", [1], **WHY).line() == "nothing to do"
    assert decide("reopen", [1], **WHY).line() == "1 reopened (snapshot 3)"
    assert [row["state"] for row in held()] == ["open"]
    with pytest.raises(UsageError, match="there is no quarantine_id 7"):
        decide("discard", [7], **WHY)


@pytest.mark.parametrize("is_one_batch", [False, True])
def test_a_row_whose_record_comes_by_a_later_delivery_is_superseded(
    own_home: Path, is_one_batch: bool
) -> None:
    folder = own_home / "inbox" / "booking_desk"
    folder.mkdir(parents=True)
    files = {
        "a.csv": NO_SLOTS + NO_SLOTS.replace("BK1", "BK2").replace("confirmed", "cancelled"),
        "b.csv": NO_SLOTS.replace(",0,0,", ",2,4,"),
        "c.csv": NO_SLOTS.replace("BK1", "BK2").replace(",0,0,", ",1,1,"),
    }
    for name, rows in files.items():
        (folder / name).write_text(BOOKINGS + rows, encoding="utf-8")
        if not is_one_batch:
            ingest()
    ingest()
    first, second = held()
    assert (first["state"], first["decided_by"]) == ("superseded", "corridor")
    assert first["decision_reason"].startswith("booking_desk/b.csv brought version ")
    assert json.loads(first["record_key"]) == {"booking_no": "BK1"}
    assert second["state"] == "open", "what came later is the booking, not its cancellation"
    assert counts() == [(0, 2, 0), (1, 0, 0), (1, 0, 0)]


def test_a_probable_number_is_suggested_when_exactly_one_is_seen_elsewhere(own_home: Path) -> None:
    terminal(own_home, BAD_DIGIT)
    assert [row["suggestion"] for row in held()] == [None]
    deliver(own_home, "ningbo_port/a.edi", GATE_IN.format(ref=1, box="QZAU7000011"))
    assert [row["suggestion"] for row in held()] == ["QZAU7000011"]
    terminal(own_home, BAD_DIGIT.replace("17:11", "18:11"), name="b.csv")
    assert [row["suggestion"] for row in held()] == ["QZAU7000011"] * 2
    other = min(candidates("QZAU7000012") - {"QZAU7000011"})
    deliver(own_home, "ningbo_port/b.edi", GATE_IN.format(ref=2, box=other))
    assert [row["suggestion"] for row in held()] == [None] * 2
    assert [row["state"] for row in held()] == ["open"] * 2


KILLED = """
import os, signal
from sqlalchemy import Engine, event
from corridor_etl.jobs.replay import waive

def work(point):
    def stop(connection, cursor, statement, *_):
        if statement.startswith(point):
            os.kill(os.getpid(), signal.SIGKILL)

    def stop_at_commit(connection):
        if point == "COMMIT" and connection.get_execution_options().get("corridor_writer"):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", stop)
    event.listen(Engine, "commit", stop_at_commit)
    print(waive([1], by="aigerim", reason="it is right").line())
"""


@pytest.mark.parametrize(
    "points",
    [
        ("COMMIT",),
        pytest.param(
            ("UPDATE delivery", "UPDATE quarantine", "INSERT INTO delivery_week"), marks=pytest.mark.long
        ),
    ],
    ids=" ".join,
)
def test_a_decision_killed_at_any_point_of_its_commit_leaves_nothing(
    own_home: Path, points: tuple[str, ...]
) -> None:
    terminal(own_home, GOOD, BAD_DIGIT)

    def visible() -> tuple[Any, ...]:
        return everything(own_home)[1:]

    before = visible()
    with forks(KILLED) as deciding:
        for point in points:
            run = deciding.at(point)
            assert run.code == -signal.SIGKILL, f"{point}: {run.said}"
            assert visible() == before, point
    assert waive([1], **WHY).line() == "1 loaded (snapshot 2)"
    assert counts() == [(2, 0, 0)]
    held()
