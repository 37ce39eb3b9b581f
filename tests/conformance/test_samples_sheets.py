"""Published workbooks whose content is known: every fact about them must come out, and their contradictions be named."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from corridor_etl.settings import load_settings
from corridor_etl.sources import RawFile, recognise
from corridor_etl.staging import StagingContext, stage

SAMPLES = os.environ.get("CORRIDOR_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="set CORRIDOR_SAMPLES to a folder of sample files")


def read(name: str, source_name: str) -> RawFile:
    data = (Path(SAMPLES or "") / name).read_bytes()
    source = recognise(data, Path(name).name, None)
    assert source.name == source_name
    return source.read(data, None)


def totals(raw: RawFile) -> list[tuple[str, str, str]]:
    return [(f.rule_id, f.observed, f.expected) for f in raw.findings if f.rule_id in ("ST-008", "ST-009")]


def test_a_manifest_that_holds_more_than_it_declares() -> None:
    raw = read("manifest/asycuda_BD_manifest_MAN.xls", "asycuda_manifest_xls")
    assert raw.rows_counted == raw.frame.height == 5
    assert totals(raw) == [("ST-008", "2", "5"), ("ST-008", "35", "90"), ("ST-008", "832", "2076")]
    assert raw.frame["consignment_no"][0] == "77900060410"
    context = StagingContext(load_settings(), None, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    frame = stage("consignment", raw, context).frame
    assert (frame["packages"].sum(), frame["gross_kg"].sum()) == (90, Decimal(2076))
    assert frame["consignment_no"].n_unique() == 5


def test_a_typed_declaration_with_six_of_nine_items() -> None:
    raw = read("customs/asycuda_AL_MultiItems.xlsx", "asycuda_sad_xlsx")
    assert raw.rows_counted == raw.frame.height == 6
    assert raw.faults == ()
    assert set(raw.frame["hs_code"]) == {"40111000"}
    assert raw.frame["item_packages"].cast(int).to_list() == [12, 88, 90, 87, 78, 28]
    assert totals(raw) == [("ST-009", "9", "6"), ("ST-008", "648", "383")]
    assert set(raw.frame["office_code"]) == {"AL110000"}
    assert set(raw.frame["origin_country"]) == {"KR"}
