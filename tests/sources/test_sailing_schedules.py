"""IFTSAI: the calls of a voyage, in their order in time, with what is planned, expected and was."""

from __future__ import annotations

from corridor_etl.sources import RawFile
from tests.sources.message_writer import interchange, message, read

HEAD = ("BGM+TS2+S1+9", "DTM+137:202506010600:203", "TDT+20+018W+1++EVL:172+++V7AB1:103::EVENING TIDE")


def schedule(*segments: str, head: tuple[str, ...] = HEAD, directory: str = "D:99B:UN") -> RawFile:
    return read(interchange(message("IFTSAI", *head, *segments, directory=directory)))


def test_calls_stand_in_the_order_of_time_not_of_the_message() -> None:
    raw = schedule("LOC+9+NLRTM", "DTM+132:201903070711:203", "LOC+94+CNNBG:139:6+BLCT:TER:ZZZ", "DTM+132:201902090145:203",
                   "DTM+133:201902101715:203", "LOC+152+CNYTN", "DTM+133:201902120300:203")  # fmt: skip
    columns = (
        "facility_code",
        "sequence_no",
        "terminal_code",
        "estimated_arrival_at",
        "estimated_departure_at",
    )
    assert raw.frame.select(columns).rows() == [
        ("NLRTM", "3", None, "201903070711", None), ("CNNBG", "1", "BLCT", "201902090145", "201902101715"),
        ("CNYTN", "2", None, None, "201902120300"),
    ]  # fmt: skip


def test_calls_without_times_keep_the_order_of_the_message() -> None:
    assert schedule("LOC+9+NLRTM", "LOC+94+CNNBG", "DTM+132:201902090145:203").frame[
        "sequence_no"
    ].to_list() == ["1", "2"]


def test_each_time_has_its_column() -> None:
    row = schedule("LOC+153+KRPUS", "DTM+232:202506130800:203", "DTM+189:202506140500:203", "DTM+132:202506131000:203",
                   "DTM+133:202506140600:203", "DTM+178:202506131010:203", "DTM+186:2506140610:201").frame.row(0, named=True)  # fmt: skip
    times = {
        "planned_arrival_at": "202506130800", "planned_departure_at": "202506140500", "estimated_arrival_at": "202506131000",
        "estimated_departure_at": "202506140600", "arrived_at": "202506131010", "departed_at": "202506140610",
    }  # fmt: skip
    assert {name: row[name] for name in times} == times
    assert {row[f"{name}_format"] for name in times} == {"203"}


def test_departure_without_a_word_is_actual_only_in_the_directories_that_say_so() -> None:
    call = ("LOC+9+CNNBG", "DTM+136:202506110000:203")
    assert schedule(*call, directory="D:96A:UN").frame["departed_at"].to_list() == [None]
    assert schedule(*call, directory="D:16A:UN").frame["departed_at"].to_list() == ["202506110000"]


def test_a_place_called_at_twice_is_two_calls_whose_keys_outlive_a_dropped_call() -> None:
    full = schedule("LOC+9+CNNBG", "LOC+152+KRPUS", "LOC+152+CNNBG")
    short = schedule("LOC+9+CNNBG", "LOC+152+CNNBG")
    assert full.frame["call_key"].to_list() == [
        "V7AB1/018W/CNNBG/1",
        "V7AB1/018W/KRPUS/1",
        "V7AB1/018W/CNNBG/2",
    ]
    assert set(short.frame["call_key"]) < set(full.frame["call_key"])


def test_the_later_schedule_supersedes_the_earlier_one() -> None:
    later = (HEAD[0], "DTM+137:202506020600:203", HEAD[2])
    versions = [int(schedule("LOC+9+CNNBG", head=h).frame["version"][0]) for h in (HEAD, later)]
    assert versions[1] - versions[0] == 24 * 60


def test_places_that_are_no_calls_are_no_rows() -> None:
    assert schedule("LOC+9+CNNBG", "LOC+27+CN").frame["facility_code"].to_list() == ["CNNBG"]


def test_two_voyages_in_one_message_are_two_sequences() -> None:
    raw = schedule(
        "LOC+9+CNNBG", "LOC+11+KRPUS", "TDT+20+019W+1++EVL+++V7AB1:103::EVENING TIDE", "LOC+9+CNNBG"
    )
    assert raw.frame.select("voyage_no", "sequence_no").rows() == [
        ("018W", "1"),
        ("018W", "2"),
        ("019W", "1"),
    ]
