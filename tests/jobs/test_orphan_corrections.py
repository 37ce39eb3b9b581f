"""A cancellation that comes before what it cancels waits in quarantine and takes effect when that has come."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.warehouse import Warehouse

GATE_IN = (
    "UNB+UNOA:2+NGBCT+YINALA+250301:0900+{ref}'UNH+1+CODECO:D:95B:UN:SMDG16'BGM+34+G{no}+{function}'"
    "DTM+137:{made}:203'EQD+CN+QZAU7000011+45G1:102:5++2+5'DTM+7:202503010830:203'LOC+165+CNNBG:139:6'"
    "MEA+AAE+G+KGM:24512'CNT+16:1'UNT+8+1'UNZ+1+{ref}'\n"
)


def original(no: int = 1) -> str:
    return GATE_IN.format(ref=no, no=no, function="9", made="202503010900")


def cancellation(no: int = 2, made: str = "202503011000") -> str:
    return GATE_IN.format(ref=no, no=1, function="1", made=made)


def deliver(home: Path, name: str, content: str) -> BatchResult:
    path = home / "inbox" / "ningbo_port" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="ascii")
    return ingest([path])


def state() -> tuple[int, list[str], list[tuple[int, int, int]]]:
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        counts = warehouse.deliveries().select("rows_loaded", "rows_quarantined", "rows_duplicate").rows()
        return warehouse.current("port_event").height, warehouse.quarantine()["state"].to_list(), counts


def test_an_orphan_waits_and_heals_when_its_original_comes(own_home: Path) -> None:
    first = deliver(own_home, "cancel.edi", cancellation())
    assert [(d.rows_loaded, d.rows_quarantined) for d in first.deliveries] == [(0, 1)]
    with Warehouse.open() as warehouse:
        (held,) = warehouse.quarantine().to_dicts()
    assert held["rule_ids"] == "ST-007"
    assert "QZAU7000011" in held["details_json"]
    second = deliver(own_home, "original.edi", original())
    assert [(d.rows_loaded, d.rows_quarantined) for d in second.deliveries] == [(1, 0)]
    assert state() == (0, ["replayed"], [(1, 0, 0), (1, 0, 0)])
    with Warehouse.open() as warehouse:
        (healed,) = warehouse.quarantine(state="replayed").to_dicts()
    decided = (healed["decided_by"], healed["decision_reason"], healed["decided_snapshot"])
    assert decided == ("corridor", "its original came", 2)


def test_the_end_is_the_same_in_the_other_order(own_home: Path) -> None:
    deliver(own_home, "original.edi", original())
    deliver(own_home, "cancel.edi", cancellation())
    assert state() == (0, [], [(1, 0, 0), (1, 0, 0)])


def test_an_orphan_in_the_batch_of_its_original_is_none(own_home: Path) -> None:
    folder = own_home / "inbox" / "ningbo_port"
    folder.mkdir(parents=True)
    (folder / "a_cancel.edi").write_text(cancellation(), encoding="ascii")
    (folder / "b_original.edi").write_text(original(), encoding="ascii")
    ingest()
    assert state() == (0, [], [(1, 0, 0), (1, 0, 0)])


def test_two_orphans_that_say_the_same_heal_as_one_and_a_duplicate(own_home: Path) -> None:
    deliver(own_home, "cancel.edi", cancellation())
    deliver(own_home, "again.edi", cancellation(no=3))
    deliver(own_home, "original.edi", original())
    assert state() == (0, ["replayed", "replayed"], [(1, 0, 0), (0, 0, 1), (1, 0, 0)])


def test_an_orphan_without_original_stays(own_home: Path) -> None:
    deliver(own_home, "cancel.edi", cancellation())
    other = original().replace("QZAU7000011", "QZAU7000027")
    deliver(own_home, "other.edi", other)
    assert state() == (1, ["open"], [(0, 1, 0), (1, 0, 0)])


@pytest.mark.usefixtures("own_home")
def test_a_cancelled_booking_in_a_list_is_no_orphan(own_home: Path) -> None:
    lines = ["booking_no,service_id,direction,train_no,departure_date,containers,teu,booked_at,status",
             "BK1,YIN-ALA,W,X9001,2025-02-28,2,4,2025-02-20 09:31,cancelled"]  # fmt: skip
    path = own_home / "inbox" / "booking_desk" / "b.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (outcome,) = ingest([path]).deliveries
    assert (outcome.rows_loaded, outcome.rows_quarantined) == (1, 0)
    with Warehouse.open() as warehouse:
        assert warehouse.rows("booking")["action"].to_list() == ["cancel"]
        assert warehouse.current("booking").is_empty()
        assert isinstance(warehouse.rows("booking"), pl.DataFrame)


def two_boxes(no: int, function: str, made: str, *boxes: tuple[str, str]) -> str:
    groups = "".join(
        f"EQD+CN+{box}+45G1:102:5++2+5'DTM+7:{at}:203'LOC+165+CNNBG:139:6'MEA+AAE+G+KGM:24512'"
        for box, at in boxes
    )
    count = 5 + 4 * len(boxes)
    return (
        f"UNB+UNOA:2+NGBCT+YINALA+250301:0900+{no}'UNH+1+CODECO:D:95B:UN:SMDG16'BGM+34+G1+{function}'"
        f"DTM+137:{made}:203'{groups}CNT+16:{len(boxes)}'UNT+{count}+1'UNZ+1+{no}'\n"
    )


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_replaced_report_ends_what_it_leaves_out_and_times_it_corrects(
    own_home: Path, is_reversed: bool
) -> None:
    first = two_boxes(
        1, "9", "202503010900", ("QZAU7000011", "202503010830"), ("QZAU7000027", "202503010835")
    )
    second = two_boxes(2, "5", "202503011000", ("QZAU7000011", "202503010840"))
    files = {"a.edi": first, "b.edi": second}
    for name in sorted(files, reverse=is_reversed):
        deliver(own_home, name, files[name])
    with Warehouse.open() as warehouse:
        events = warehouse.current("port_event")
        assert warehouse.rows("port_event").height == 3
    assert events["container_no"].to_list() == ["QZAU7000011"]
    assert events["event_at_local"].dt.strftime("%H:%M").to_list() == ["08:40"]
    assert events["document_key"].to_list() == ["NGBCT/CODECO/G1"]
