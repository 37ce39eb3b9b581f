"""Messages through the whole line: every row is loaded, held back or a duplicate, whatever the mixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.warehouse import Warehouse
from tests.sources.message_writer import ORDER, PLAN, interchange, message

SAMPLES = Path(__file__).parents[1] / "samples"
KINDS = {
    "baplie": "stowage_position", "movins": "stowage_position", "coprar": "container_order", "coparn": "container_order",
    "ifcsum": "consignment", "iftmin": "consignment", "cuscar": "consignment", "cusres": "document_event",
    "iftsai": "port_call",
}  # fmt: skip
BOX = "EQD+CN+QZAU8000016+22G1++2+5"


def deliver(home: Path, name: str, content: bytes) -> BatchResult:
    path = home / "inbox" / "messages" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return ingest([path])


def current(kind: str) -> int:
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        return warehouse.current(kind).height


# The others load in one batch with every other format, see tests/journeys.
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(*each, marks=() if each[0] in ("baplie", "iftmin") else pytest.mark.long)
        for each in KINDS.items()
    ],
)
def test_a_sample_loads_whole(own_home: Path, name: str, kind: str) -> None:
    result = deliver(own_home, f"{name}.edi", (SAMPLES / f"{name}.edi").read_bytes())
    assert result.total("rows_loaded") == result.total("rows_read") == current(kind) >= 2


def test_a_file_of_two_kinds_loads_both(own_home: Path) -> None:
    planned = message("BAPLIE", *PLAN, "LOC+147+010101", "EQD+CN+QZAU8000021+22G1+++5")
    result = deliver(own_home, "two.edi", interchange(planned, message("COPRAR", *ORDER, BOX, reference="2")))
    assert (result.total("rows_read"), result.total("rows_loaded")) == (2, 2)
    assert (current("stowage_position"), current("container_order")) == (1, 1)


def test_a_container_listed_twice_is_loaded_once_and_a_duplicate(own_home: Path) -> None:
    twice = deliver(own_home, "twice.edi", interchange(message("COPRAR", *ORDER, BOX, BOX)))
    assert (twice.total("rows_loaded"), twice.total("rows_duplicate")) == (1, 1)
    assert current("container_order") == 1


def test_an_order_is_replaced_and_cancelled(own_home: Path) -> None:
    def order(function: str, minute: str, *said: str) -> bytes:
        dated = f"DTM+137:2025061008{minute}:203"
        return interchange(
            message("COPRAR", f"BGM+45+L1+{function}", dated, *ORDER[2:], BOX, *said), reference=minute
        )

    deliver(own_home, "1.edi", order("9", "00", "MEA+AAE+G+KGM:20000"))
    deliver(own_home, "2.edi", order("5", "10", "MEA+AAE+G+KGM:21000"))
    with Warehouse.open() as warehouse:
        assert [str(kg) for kg in warehouse.current("container_order")["gross_gross_kg"]] == ["21000.000"]
    deliver(own_home, "3.edi", order("1", "20"))
    assert current("container_order") == 0


def test_a_replaced_list_ends_what_it_does_not_repeat(own_home: Path) -> None:
    other = "EQD+CN+QZAU8000021+22G1++2+5"
    deliver(own_home, "1.edi", interchange(message("COPRAR", *ORDER, BOX, other), reference="1"))
    replaced = message("COPRAR", "BGM+45+L2+5", "DTM+137:202506110730:203", "RFF+ACW:L1", *ORDER[2:], other)
    deliver(own_home, "2.edi", interchange(replaced, reference="2"))
    with Warehouse.open() as warehouse:
        rows = warehouse.current("container_order")
    assert rows.select("container_no", "order_no").rows() == [("QZAU8000021", "L1")]


def test_a_later_schedule_moves_a_call(own_home: Path) -> None:
    def schedule(made: str, arrival: str) -> bytes:
        return interchange(message(
            "IFTSAI", "BGM+TS2+S1+9", f"DTM+137:{made}:203", "TDT+20+018W+1+++++V7AB1:103::EVENING TIDE", "LOC+9+CNNBG",
            f"DTM+132:{arrival}:203", directory="D:99B:UN"), reference=made[-4:])  # fmt: skip

    deliver(own_home, "later.edi", schedule("202506020600", "202506111000"))
    deliver(own_home, "earlier.edi", schedule("202506010600", "202506101000"))
    with Warehouse.open() as warehouse:
        calls = (
            warehouse.current("port_call")["estimated_arrival_at_utc"]
            .dt.to_string("%Y-%m-%d %H:%M")
            .to_list()
        )
    assert calls == ["2025-06-11 02:00"]


def test_a_box_in_two_slots_is_held_back_once(own_home: Path) -> None:
    box = "EQD+CN+QZAU8000016+22G1+++5"
    result = deliver(
        own_home, "p.edi", interchange(message("BAPLIE", *PLAN, "LOC+147+010101", box, "LOC+147+010102", box))
    )
    assert (result.total("rows_loaded"), result.total("rows_quarantined")) == (1, 1)
