"""Encodings, delimiters, senders' own headers, drift, totals and joins of the CSV formats."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender, load_settings
from corridor_etl.settings._sections import Dialect
from corridor_etl.sources import RawFile, recognise, sources
from corridor_etl.sources._headers import aliases
from corridor_etl.sources.manifest_csv import SOURCE as MANIFEST
from corridor_etl.sources.manifest_csv import _layout as manifest_layout
from corridor_etl.staging import Staged, StagingContext, stage


def sender(*encodings: str, **dialect: object) -> Sender:
    return Sender(id="x", name="x", source="x", encodings=encodings, dialect=Dialect.model_validate(dialect))


def staged(name: str, raw: RawFile, who: Sender | None = None) -> Staged:
    context = StagingContext(load_settings(), who, "0" * 16, datetime(2026, 1, 1, tzinfo=UTC))
    return stage(sources()[name].record_kind, raw, context)


def findings(raw: RawFile) -> dict[str, str]:
    return {f.rule_id: f.message for f in raw.findings}


RUSSIAN = (
    "№ поезда;Дата отправления;Станция отправления;Станция назначения;№ вагона;№ контейнера;Типоразмер;"
    "Гружёный;Кол-во мест;Вес брутто;Груз;Грузополучатель\n"
    "X9001;28/02/2025;Инин;Алматы-1;5270011;QZAU7000011;45G1;ГРУЖЕНЫЙ;1200;24512,5;Посуда;ТОО Пример\n"
    "X9001;28/02/2025;Инин;Алматы-1;5270012;QZAU7000027;22G1;ГРУЖЕНЫЙ;300;18000;Плитка;ТОО Пример\n"
    "Итого;;;;;2;;;1500;42512,5;;\n"
)
RUSSIAN_OFFICE = sender(
    "cp1251", decimal_mark=",", is_day_first=True, header_names={"Дата отправления": "departure_date"}
)


def test_a_russian_manifest_in_its_own_code_page_day_first_with_totals() -> None:
    raw = MANIFEST.read(RUSSIAN.encode("cp1251"), RUSSIAN_OFFICE)
    assert raw.dialect == "manifest_csv cp1251 ;"
    assert (raw.rows_counted, raw.frame["line_no"].to_list()) == (2, [2, 3])
    assert set(findings(raw)) == {"TOTALS_ROW", "MISSING_COLUMN"}
    assert MANIFEST.read(RUSSIAN.encode(), RUSSIAN_OFFICE).frame.equals(raw.frame)
    assert [str(d) for d in staged("manifest_csv", raw).frame["departure_on_local"]] == ["2025-02-28"] * 2
    assert [str(k) for k in staged("manifest_csv", raw).frame["cargo_gross_kg"]] == ["24512.500", "18000.000"]


@pytest.mark.parametrize("cell", ["1501", "1500,5"])
def test_a_total_that_is_not_the_sum_is_named(cell: str) -> None:
    raw = MANIFEST.read(RUSSIAN.replace(";1500;", f";{cell};").encode(), RUSSIAN_OFFICE)
    assert [(f.line_no, f.observed, f.expected) for f in raw.findings if f.rule_id == "ST-008"] == [
        (4, cell.replace(",", "."), "1500")
    ]


def test_a_container_of_a_firm_called_total_is_a_row() -> None:
    raw = MANIFEST.read(RUSSIAN.replace("X9001;28", "Total;28", 1).encode(), RUSSIAN_OFFICE)
    assert raw.rows_counted == raw.frame.height == 2


def test_a_short_totals_row_is_no_damaged_row() -> None:
    raw = MANIFEST.read(RUSSIAN.replace("Итого;;;;;2;;;1500;42512,5;;", "Итого").encode(), RUSSIAN_OFFICE)
    assert (raw.rows_counted, raw.faults) == (2, ())


def test_windows_1251_is_read_only_where_it_is_declared() -> None:
    with pytest.raises(FileRejected) as caught:
        MANIFEST.read(RUSSIAN.encode("cp1251"), None)
    assert caught.value.reason == "ENCODING"
    assert "line 1" in caught.value.fact


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("piece_bytes", [3, 1 << 20])
def test_every_encoding_and_delimiter_gives_the_same_rows(
    encoding: str, delimiter: str, line_end: str, piece_bytes: int
) -> None:
    from corridor_etl.sources import _delimited
    from corridor_etl.sources._headers import Layout

    layout = Layout("t", {"код": "code", "имя": "name"}, ("code", "name"))
    text = f'код{delimiter}имя\n1{delimiter}Груз №5\n2{delimiter}"a{delimiter}\nб"\n'.replace("\n", line_end)
    raw = _delimited.read(
        layout,
        text.encode(encoding),
        sender(encoding.removesuffix("-sig")) if encoding != "utf-16" else None,
        piece_bytes=piece_bytes,
    )
    assert raw.frame.select("line_no", "code", "name").rows() == [
        (2, "1", "Груз №5"),
        (3, "2", f"a{delimiter}\nб"),
    ]
    assert raw.frame["raw_text"][0] == f"1{delimiter}Груз №5"


def test_a_mixture_is_refused_wherever_it_comes() -> None:
    data = "код,имя\n1,Грузовик\n".encode("cp1251") * 3 + "2,Грузовик\n".encode()
    from corridor_etl.sources import _delimited
    from corridor_etl.sources._headers import Layout

    layout = Layout("t", {"код": "code", "имя": "name"}, ("code", "name"))
    for piece_bytes in (4, 1 << 20):
        with pytest.raises(FileRejected, match="line 7 is UTF-8") as caught:
            _delimited.read(layout, data, sender("cp1251"), piece_bytes=piece_bytes)
        assert caught.value.reason == "ENCODING"


def test_every_alias_of_a_manifest_column_is_understood() -> None:
    layout = sources()["manifest_csv"]
    head = b"Train No,Departure date,Origin Station,Destination Station,Container No,Size Type,F/E,Gross Weight\n"
    assert layout.claims(head, "x")
    known = set(aliases().values())
    assert {"container_no", "wagon_no", "cargo_gross_kg", "seal_nos"} <= known
    for header, name in aliases().items():
        if name == "container_no":
            data = (
                head.decode().replace("Container No", f'"{header}"')
                + "X9001,2025-02-28,YIN,ALA,QZAU7000011,45G1,F,1\n"
            )
            assert MANIFEST.read(data.encode(), None).frame["container_no"].to_list() == ["QZAU7000011"]


def test_drift_is_named_with_what_is_near_and_nothing_is_lost(sample_bytes) -> None:
    text = (
        sample_bytes("terminal_csv.csv")
        .decode()
        .replace("remarks", "remark")
        .replace("wagon_no", "colour", 1)
    )
    raw = sources()["terminal_csv"].read(text.encode(), None)
    said = findings(raw)
    assert "remark (did you mean remarks?)" in said["ST-004"].lower()
    assert "colour" in said["NEW_COLUMN"]
    assert "wagon_no" in said["MISSING_COLUMN"]
    assert "5270011" in raw.frame["raw_text"][0]
    assert raw.frame["wagon_no"].null_count() == raw.frame.height


def test_a_known_header_without_a_place_in_the_record_is_said_to_be_one() -> None:
    data = RUSSIAN.replace("Груз;", "Стоимость;", 1)
    assert "Стоимость" in findings(MANIFEST.read(data.encode(), RUSSIAN_OFFICE))["NOT_READ"]


def test_a_senders_own_headers_and_delimiter_come_on_top(sample_bytes) -> None:
    text = sample_bytes("booking_csv.csv").decode().replace("booking_no", "Vorgang").replace(",", "|")
    who = sender(delimiter="|", header_names={"Vorgang": "booking_no", "Sonst": "no_such_column"})
    raw = sources()["booking_csv"].read(text.encode(), who)
    assert raw.frame["booking_no"][0] == "BK25000001"


@pytest.mark.parametrize("header", [
    "Container No;ISO Type;Full/Empty;Event;Terminal;UN/LOCODE;Event Time;Train No;Wagon No;Gross Weight;Remarks",
    "箱号;箱型;重空;作业类型;码头;地点代码;作业时间;车次;车号;总重;备注",
    "Номер контейнера;Тип контейнера;Груженый/порожний;Операция;Терминал;Код места;Дата и время операции;Номер поезда;Номер вагона;Масса брутто;Примечание",
])  # fmt: skip
def test_terminals_write_in_three_languages(sample_bytes, header: str) -> None:
    rows = sample_bytes("terminal_csv.csv").decode().split("\n", 1)
    data = f"{header}\n{rows[1]}".encode()
    assert recognise(data, "x.csv", None).name == "terminal_csv"
    raw = sources()["terminal_csv"].read(data, None)
    assert raw.frame.equals(sources()["terminal_csv"].read(sample_bytes("terminal_csv.csv"), None).frame)


@pytest.mark.parametrize(
    ("event", "state", "code"), [("进场", "重", "GTIN"), ("Выезд", "Порожний", "GTOT"), ("DEPA", "F", "DEPA")]
)
def test_words_of_terminals_become_codes(event: str, state: str, code: str) -> None:
    data = f"箱号;重空;作业类型;地点代码;作业时间\nQZAU7000011;{state};{event};CNYIN;28.02.2025 17:11\n"
    frame = staged("terminal_csv", sources()["terminal_csv"].read(data.encode(), None)).frame
    assert frame.select("event_code", "full_empty").row(0) == (code, "E" if state == "Порожний" else "F")


def test_rows_multiplied_by_a_join_are_named(sample_bytes) -> None:
    lines = sample_bytes("terminal_csv.csv").decode().splitlines()
    joined = [lines[0] + ";order", *(f"{line};{n}" for line in lines[1:] for n in ("A1", "A2", "A3"))]
    raw = sources()["terminal_csv"].read(("\n".join(joined) + "\n").encode(), None)
    (fan_out,) = [f for f in raw.findings if f.rule_id == "FAN_OUT"]
    assert (raw.rows_counted, fan_out.observed) == (9, "6")
    assert staged("terminal_csv", raw).frame.drop("line_no", "raw_text").unique().height == 3


def test_a_position_sheet_is_in_moscow_time(sample_bytes) -> None:
    raw = sources()["rail_dislocation_csv"].read(sample_bytes("rail_dislocation_csv.csv"), None)
    frame = staged("rail_dislocation_csv", raw).frame
    assert frame["operation_at_utc"].to_list()[0] == datetime(2025, 3, 3, 6, 40, tzinfo=UTC)
    assert frame.select("equipment_key", "remaining_km", "forecast_days", "wagon_no").row(0) == (
        "QZAU7000011",
        52,
        1,
        "94830114",
    )
    almaty = Sender(id="k", name="k", source="k", timezone="Asia/Almaty")
    assert staged("rail_dislocation_csv", raw, almaty).frame["operation_at_utc"][0] == datetime(
        2025, 3, 3, 4, 40, tzinfo=UTC
    )


def test_the_short_form_of_a_position_sheet_has_wagons_and_english_months() -> None:
    data = b"WAGNUM,OPERDATE,ST_ID_DISL,ST_ID_DEST,TRAIN_INDEX\n94830114,26/Aug/2023 17:59:00,2,5,2-535-10\n94830122,01/May/2023 00:00:30,3,8,4-175-7\n"
    assert recognise(data, "x", None).name == "rail_dislocation_csv"
    frame = staged("rail_dislocation_csv", sources()["rail_dislocation_csv"].read(data, None)).frame
    assert [str(t) for t in frame["operation_at_local"]] == ["2023-08-26 17:59:00", "2023-05-01 00:00:30"]
    assert frame["equipment_key"].to_list() == ["94830114", "94830122"]
    assert frame["operation_code"].to_list() == ["position", "position"]


def test_streams_give_what_reading_gives(sample_bytes) -> None:
    for name in ("booking_csv", "declaration_cn_csv", "manifest_csv", "terminal_csv", "rail_dislocation_csv"):
        source, data, who = sources()[name], sample_bytes(f"{name}.csv"), sender("utf-8", "gb18030")
        assert source.stream is not None
        (part,) = source.stream(io.BytesIO(data), who)
        assert part.frame.equals(source.read(data, who).frame)


OTHER_HEADERS = {
    "booking_csv": (
        "Booking No.;Service ID;Direction;Train No.;ETD;Qty;T.E.U.;Booking Date;Status\n"
        "BK1;YIN-ALA;Westbound;X9001;28.02.2025;2;4;20.02.2025 09:31;Canceled\n",
        {"direction": "W", "containers": 2, "booking_status": "cancelled", "action": "cancel", "version": 2},
    ),
    "manifest_csv": (
        "Номер поезда;Дата отправления;Станция отправления;Станция назначения;Номер вагона;Номер контейнера;Типоразмер;"
        "Груж./порож.;Мест;Вес брутто, кг;Код ТН ВЭД\n"
        "X9001;28.02.2025;Инин;Алматы-1;5270011;QZAU7000011;40HC;груж;800;21 500.5;9503008900\n"
        "Итого;;;;;1;;;800;21 500.5;\n",
        {"full_empty": "F", "size_type": "45G1", "packages": 800, "cargo_gross_kg": Decimal("21500.500")},
    ),
    "rail_dislocation_csv": (
        "Контейнер,Ст. отпр.,Ст. назн.,Ст. операции,Операция,Дата операции,Накладная\n"
        "QZAU7000011,Алтынколь,Алматы-1,Жетыген,Прибытие,03.03.2025 09:40:00,30000001\n",
        {
            "container_no": "QZAU7000011",
            "origin_station_code": "Алтынколь",
            "consignment_note_no": "30000001",
        },
    ),
    "terminal_csv": (
        "Container No.\tISO-Type\tF / E\tMove type\tUN/LOCODE\tDate/Time\tTrain\tWagon\tGross (kg)\n"
        "QZAU7000011\t45G1\tFull\tGATE IN\tCNYIN\t28/02/2025 17:11\tX9001\t5270011\t24512,5\n",
        {
            "size_type": "45G1",
            "full_empty": "F",
            "event_code": "GTIN",
            "gross_gross_kg": Decimal("24512.500"),
        },
    ),
    "comtrade_csv": (
        "Type Code,Freq Code,Ref Year,Period,Reporter Code,Flow Code,Partner Code,Classification Code,Cmd Code,Mot Code,"
        "Customs Code,Primary Value\nC,A,2024,2024,398,M,156,H6,TOTAL,0,C00,5000\n",
        {"flow": "import", "value_usd": Decimal(5000)},
    ),
}


@pytest.mark.parametrize("name", OTHER_HEADERS)
def test_headers_spelt_with_other_signs_between_words(name: str) -> None:
    text, expected = OTHER_HEADERS[name]
    source = recognise(text.encode(), "list.csv", None)
    assert source.name == name
    raw = source.read(text.encode(), None)
    assert {f.rule_id for f in raw.findings} <= {"MISSING_COLUMN", "TOTALS_ROW", "NEW_COLUMN"}
    made = staged(name, raw)
    assert made.faults == ()
    (row,) = made.frame.to_dicts()
    assert {column: row[column] for column in expected} == expected


@pytest.mark.parametrize(("header", "name"), [("Вес брутто, т", None), ("Вес брутто (тонн)", None),
                                              ("Вес  брутто [кг]", "cargo_gross_kg"), ("毛重 (公斤)", "cargo_gross_kg")])  # fmt: skip
def test_a_unit_that_multiplies_is_no_other_spelling(header: str, name: str | None) -> None:
    assert manifest_layout().raw_names(["№ контейнера", header]) == ["container_no", name]


def test_a_loose_spelling_never_takes_the_column_of_an_exact_one() -> None:
    assert manifest_layout().raw_names(["Gross Weight", "Gross-Weight (kg)"]) == ["cargo_gross_kg", None]


def test_a_russian_head_is_recognised_in_its_code_page_and_refused_for_it() -> None:
    data = OTHER_HEADERS["manifest_csv"][0].encode("cp1251")
    assert recognise(data, "x.csv", None).name == "manifest_csv"
    with pytest.raises(FileRejected, match="not utf-8") as caught:
        MANIFEST.read(data, None)
    assert caught.value.reason == "ENCODING"
    assert MANIFEST.read(data, sender("cp1251")).frame.height == 1
