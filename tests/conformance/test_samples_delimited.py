"""Delimited files nobody here wrote: read to what is known of them, or set aside."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender, load_settings
from corridor_etl.settings._sections import Dialect
from corridor_etl.sources import _delimited, recognise
from corridor_etl.sources._headers import Layout
from corridor_etl.staging import StagingContext, stage

FOLDER = os.environ.get("CORRIDOR_SAMPLES")
if not FOLDER:
    pytest.skip("CORRIDOR_SAMPLES names no folder with sample files", allow_module_level=True)
SAMPLES = Path(FOLDER)


def test_a_wagon_position_log() -> None:
    data = (SAMPLES / "manifest" / "rail_disl_hackaton.csv").read_bytes()
    source = recognise(data, "x", None)
    # The file ends without a line end, so its last row may be cut: only a sender may say that it is not.
    with pytest.raises(FileRejected) as caught:
        source.read(data, None)
    assert (source.name, caught.value.reason) == ("rail_dislocation_csv", "TRUNCATED")
    lenient = Sender(id="x", name="x", source="x", dialect=Dialect(unterminated_last_row="quarantine"))
    held = source.read(data, lenient)
    assert (held.rows_counted, held.frame.height) == (7, 6)
    assert [f.rule_id for f in held.faults] == ["UNTERMINATED_LAST_ROW"]
    raw = source.read(data + b"\n", None)
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    frame = stage(source.record_kind, raw, context).frame
    assert frame.height == raw.rows_counted == frame["wagon_no"].n_unique() == 7
    first = frame.select("wagon_no", "operation_station_code", "destination_station_code", "train_index").row(
        0
    )
    assert first == ("191", "2", "5", "2-535-10")
    assert frame["operation_at_utc"][0] == datetime(2023, 8, 26, 14, 59, tzinfo=UTC)


@pytest.mark.parametrize(("name", "rows"), [
    ("cofano_actions_sample_open.csv", 3319),
    ("cofano_machine.csv", 36),
    ("cofano_marker.csv", 1198),
    ("cofano_stackentry.csv", 18169),
    ("cofano_stacks.csv", 150),
])  # fmt: skip
@pytest.mark.parametrize("piece_bytes", [4096, 1 << 20])
def test_the_engine_counts_and_reads_every_row(name: str, rows: int, piece_bytes: int) -> None:
    data = (SAMPLES / "port" / name).read_bytes()
    data = data if data.endswith(b"\n") else data + b"\n"
    header = data.split(b"\n", 1)[0].decode().strip().split(",")
    layout = Layout(name, {column: column for column in header}, tuple(header[:1]))
    raw = _delimited.read(layout, data, None, piece_bytes=piece_bytes)
    assert (raw.rows_counted, raw.frame.height, raw.faults) == (rows, rows, ())
    if name == "cofano_stackentry.csv":
        puts = (raw.frame["put_handling_id"] != "") | (raw.frame["put_correction_id"] != "")
        pulls = (raw.frame["pull_handling_id"] != "") | (raw.frame["pull_correction_id"] != "")
        assert (puts & ~pulls).sum() == 1702
        assert raw.frame["rowrange"][0] == "[10,12202)"
