"""A sender's own meanings of EDIFACT codes go before those of the directory."""

from __future__ import annotations

from pathlib import Path

from corridor_etl.settings import Sender
from corridor_etl.settings._sections import Dialect
from corridor_etl.sources import RawFile, sources

SAMPLES = Path(__file__).parent.parent / "samples"


def read(name: str, *changes: tuple[str, str], **dialect: object) -> RawFile:
    text = (SAMPLES / f"{name}.edi").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    who = Sender(id="x", name="x", source="x", dialect=Dialect.model_validate(dialect))
    return sources()[name].read(text.encode(), who)


def test_a_document_code_of_the_sender_is_its_event() -> None:
    plain = read("codeco").frame["event_code"].to_list()
    own = read("codeco", document_codes={"34": "GTOT"}).frame["event_code"].to_list()
    assert (plain, own) == (["GTIN", "GTIN"], ["GTOT", "GTOT"])


def test_a_sender_dates_its_moves_by_a_qualifier_of_its_own() -> None:
    moved = ("DTM+7:", "DTM+ZZ1:")
    assert read("codeco", moved).frame["event_time"].to_list() == [None, None]
    frame = read("codeco", moved, time_qualifiers=("ZZ1",)).frame
    assert frame["event_time"].to_list() == ["202502210815", "202502210831"]


def test_a_sender_names_its_place_by_a_qualifier_of_its_own() -> None:
    moved = ("LOC+165+", "LOC+ZZ2+")
    frame = read("codeco", moved, place_qualifiers=("ZZ2",)).frame
    assert frame["facility_code"].to_list() == ["CNNBG", "CNNGB"]


def test_a_status_report_follows_the_dialect_too() -> None:
    changes = (("DTM+334:", "DTM+ZZ1:"), ("LOC+175+", "LOC+ZZ2+"))
    assert read("iftsta", *changes).frame["event_time"].to_list() == [None, None]
    frame = read("iftsta", *changes, time_qualifiers=("ZZ1",), place_qualifiers=("ZZ2",)).frame
    assert frame["event_time"].to_list() == ["202502241410", "202502250640"]
    assert frame["classifier"].to_list() == ["ACT", "ACT"]
    assert frame["facility_code"].to_list() == ["CNYIU", "KZDOS"]
