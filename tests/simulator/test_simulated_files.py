"""The files look as real senders write them, and the same story gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.errors import UsageError
from corridor_etl.reference.calendar import parse_range, weeks_between
from corridor_etl.reference.currency import per_usd
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.simulator.wagons import with_luhn
from corridor_etl.simulator.write_csv import kilograms
from corridor_etl.simulator.write_edifact import released


def contents(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def written(out: Path, weeks: str, **kwargs: Any) -> dict[str, bytes]:
    simulate(out, parse_range(weeks), settings=load_settings(), **kwargs)
    return contents(out)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path / "a", "2025-W09:2025-W13", seed=5, faults=True)
    assert written(tmp_path / "b", "2025-W09:2025-W13", seed=5, faults=True) == first
    assert written(tmp_path / "a", "2025-W09:2025-W13", seed=5, faults=True) == first
    assert written(tmp_path / "c", "2025-W09:2025-W13", seed=6, faults=True) != first


def test_more_weeks_do_not_change_the_files_of_earlier_ones(spring: Any, tmp_path: Path) -> None:
    short = written(tmp_path, "2025-W09:2025-W14", seed=1)
    short.pop("truth.json")
    long = contents(spring.out)
    assert len(short) > 40
    assert [name for name in short if short[name] != long[name]] == []


def test_later_weeks_alone_hold_the_files_of_these_weeks(spring: Any, tmp_path: Path) -> None:
    late = written(tmp_path, "2025-W24:2025-W26", seed=1)
    truth = json.loads(late.pop("truth.json"))
    assert all(contents(spring.out)[name] == data for name, data in late.items())
    assert set(re.findall(r"2025-W\d\d", " ".join(late))) == {"2025-W24", "2025-W25", "2025-W26"}
    assert set(truth["deliveries"]) == {name.removeprefix("inbox/") for name in late}


def test_weeks_before_the_story_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no train of the story"):
        simulate(tmp_path, ["2024-W01"], settings=load_settings())


def test_weeks_beyond_the_built_in_rates_bring_theirs_and_those_of_the_weeks_before(tmp_path: Path) -> None:
    files = written(tmp_path, "2025-W36:2025-W37", seed=1)
    sheets = [re.findall(r"rates_(2025-W\d\d)", name) for name in files if "central_banks/" in name]
    assert [week for (week,) in sheets] == weeks_between("2025-W31", "2025-W37")
    first = next(data for name, data in files.items() if "rates_2025-W31" in name).decode()
    rows = list(csv.DictReader(io.StringIO(first)))
    assert {r["rate_date"] for r in rows} == {
        f"2025-{day}" for day in ("07-28", "07-29", "07-30", "07-31", "08-01")
    }
    for row in rows:
        built_in = per_usd(row["base_currency"], date(2025, 7, 27))
        assert abs(Decimal(row["rate"]) / built_in - 1) < Decimal("0.02")


def test_the_truth_is_in_no_inbox(spring: Any) -> None:
    expected = {s.id for s in load_settings().sources if s.is_expected}
    senders = {s.id for s in load_settings().senders if s.source in expected}
    assert {p.name for p in spring.inbox.iterdir()} == senders
    assert spring.result.truth_path == spring.out / "truth.json"
    assert {f"inbox/{name}" for name in spring.truth["deliveries"]} | {"truth.json"} == set(
        contents(spring.out)
    )


def test_the_loading_list_is_the_sheet_people_know(spring: Any) -> None:
    for path in sorted((spring.inbox / "train_operator").glob("*.xlsx")):
        sheet = openpyxl.load_workbook(path)["装箱清单 Loading list"]
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[9][:4] == ("序号", "车号", "集装箱号", "箱型")
        assert rows[10][:4] == ("No", "Wagon No", "Container No", "Size Type")
        body, total = rows[11:-1], rows[-1]
        assert total[0] == "合计 Total"
        assert total[2] == len(body)
        assert total[6] == sum(r[6] or 0 for r in body)
        assert total[8] == pytest.approx(sum(r[8] or 0 for r in body))
        assert all(isinstance(r[12], str) for r in body if r[4] == "重")


def test_two_short_boxes_share_the_cell_of_their_wagon(spring: Any) -> None:
    (path,) = (spring.inbox / "train_operator").glob("manifest_X9003_*.xlsx")
    sheet = openpyxl.load_workbook(path).active
    merged = [r for r in sheet.merged_cells.ranges if r.min_col == r.max_col == 2]
    assert merged
    for r in merged:
        assert r.max_row - r.min_row == 1
        assert {sheet.cell(row, 4).value in ("20GP", "22G1", "20尺") for row in (r.min_row, r.max_row)} == {
            True
        }


@pytest.mark.parametrize(("service_id", "encoding"), [("YIN-ALA", "gb18030"), ("YIU-EU", "utf-8-sig")])
def test_declarations_are_numbered_priced_and_encoded(spring: Any, service_id: str, encoding: str) -> None:
    numbers = set()
    for path in sorted((spring.inbox / "customs_broker_cn").glob(f"declarations_{service_id}_*.csv")):
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
        for row in csv.DictReader(io.StringIO(data.decode(encoding))):
            number, year = row["海关编号"], row["申报日期"][:4]
            assert re.fullmatch(rf"\d{{4}}{year}[01]\d{{9}}", number)
            assert number[8] == {"I": "1", "E": "0"}[row["进出口标志"]]
            assert abs(float(row["单价"]) * float(row["成交数量"]) - float(row["总价"])) <= 0.01
            assert (row["版本"] == "2") <= (row["放行日期"] != "")
            key = (number, row["项号"], row["版本"])
            assert key not in numbers
            numbers.add(key)
    assert {v for _, _, v in numbers} == {"1", "2"}


def test_interchanges_count_their_segments_and_boxes(spring: Any) -> None:
    styles = set()
    for path in sorted((spring.inbox / "ningbo_port").glob("*.edi")):
        text = path.read_text(encoding="ascii")
        styles.add((text.startswith("UNA"), "\n" in text, "CNNGB" in text))
        segments = [s.strip()[:-1] for s in re.findall(r"(?:\?.|[^?'])*'", text)]
        start = boxes = messages = 0
        for i, segment in enumerate(segments):
            if segment.startswith("UNH+"):
                start, boxes, messages = i, 0, messages + 1
            boxes += segment.startswith("EQD+CN+")
            if segment.startswith("CNT+16:"):
                assert int(segment[7:]) == boxes > 0
            if segment.startswith("UNT+"):
                assert int(segment.split("+")[1]) == i - start + 1
        assert segments[-1].split("+")[1] == str(messages)
    assert len(styles) >= 4


def test_a_release_character_is_written_where_it_is_needed(spring: Any) -> None:
    texts = [p.read_text(encoding="ascii") for p in (spring.inbox / "ningbo_port").glob("CODECO*.edi")]
    assert any("FTX+AAI+++CHECKED?: OK?'D ?+ SEALED, DAMAGE??" in t for t in texts)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_released_text_comes_back(text: str) -> None:
    assert re.sub(r"\?(.)", r"\1", released(text)) == text


@given(st.integers(0, 10**7 - 1))
def test_wagon_numbers_have_their_check_digit(seven: int) -> None:
    digits = [int(d) for d in with_luhn(f"{seven:07d}")]
    doubled = [sum(divmod(d * (2 - i % 2), 10)) for i, d in enumerate(digits)]
    assert sum(doubled) % 10 == 0


@pytest.mark.parametrize(("seven", "number"), [("9523619", "95236196"), ("9553539", "95535399")])
def test_known_wagon_numbers(seven: str, number: str) -> None:
    assert with_luhn(seven) == number


@given(st.integers(0, 10**9))
def test_weights_are_written_without_loss(grams: int) -> None:
    whole, _, rest = kilograms(grams).partition(".")
    assert int(whole) * 1000 + int(rest.ljust(3, "0") or 0) == grams
