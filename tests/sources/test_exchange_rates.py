"""Daily rates: wide and long CSV and the XML of central banks; no rate is no row, a second one is a revision."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, recognise, sources

WIDE = """日期,USD/CNY,EUR/CNY,100JPY/CNY,CNY/RUB
2025-06-03,7.1869,8.1992,5.0301,11.0142
2025-06-04,7.1886,---,5.0119,11.0250
2025-06-05,N/A,N/A,N/A,N/A
"""
ECB = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="urn:own:gesmes" xmlns="urn:own:rates">
 <gesmes:Sender><gesmes:name>Bank</gesmes:name></gesmes:Sender>
 <Cube>
  <Cube time='2025-06-03'><Cube currency='USD' rate='1.1419'/><Cube currency='CNY' rate='8.2278'/></Cube>
  <Cube time='2025-06-02'>
   <Cube currency='USD' rate='1.1400'/>
  </Cube>
 </Cube>
</gesmes:Envelope>
"""
CBR = """<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="03.06.2025" name="Foreign Currency Market">
<Valute ID="R1"><NumCode>156</NumCode><CharCode>CNY</CharCode><Nominal>1</Nominal><Name>Юань</Name><Value>10,9123</Value></Valute>
<Valute ID="R2"><NumCode>398</NumCode><CharCode>KZT</CharCode><Nominal>100</Nominal><Name>Тенге</Name><Value>15,4</Value></Valute>
</ValCurs>
"""
NBK = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Official</title><item>
<title>JPY</title><pubDate>03.06.2025</pubDate><description>35.71</description><quant>10</quant></item></channel></rss>
"""


def read(text: str, name: str, encoding: str = "utf-8") -> RawFile:
    data = text.encode(encoding)
    source = recognise(data, "rates", None)
    assert source.name == name
    return source.read(data, None)


def rates(raw: RawFile) -> list[tuple[str, ...]]:
    return raw.frame.select("rate_on", "currency", "base_currency", "rate", "units").rows()


def said(raw: RawFile) -> dict[str, str]:
    return {f.rule_id: f.observed for f in raw.findings if f.rule_id != "MISSING_COLUMN"}


def test_a_wide_file_is_one_row_a_rate() -> None:
    raw = read(WIDE, "rates_csv")
    assert rates(raw) == [
        ("2025-06-03", "USD", "CNY", "7.1869", "1"), ("2025-06-03", "EUR", "CNY", "8.1992", "1"),
        ("2025-06-03", "JPY", "CNY", "5.0301", "100"), ("2025-06-03", "CNY", "RUB", "11.0142", "1"),
        ("2025-06-04", "USD", "CNY", "7.1886", "1"), ("2025-06-04", "JPY", "CNY", "5.0119", "100"),
        ("2025-06-04", "CNY", "RUB", "11.0250", "1"),
    ]  # fmt: skip
    assert raw.rows_counted == 7
    (none,) = [f for f in raw.findings if f.rule_id == "NO_RATE"]
    assert none.observed == "5"
    assert "1 days have none at all, the first 2025-06-05" in none.message


def test_a_line_of_another_width_is_one_fault() -> None:
    raw = read(WIDE + "2025-06-06,7.1,8.1\n", "rates_csv")
    assert [(f.rule_id, f.observed) for f in raw.faults] == [("FIELD_COUNT", "3")]
    assert (raw.frame.height, raw.rows_counted) == (7, 8)
    assert raw.raw_text(raw.faults[0].line_no) == "2025-06-06,7.1,8.1"


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["7.1", "", "N/A", "-", " 8.25 ", "nil", '"5.0"']), min_size=2, max_size=4),
                min_size=1, max_size=8))  # fmt: skip
def test_every_cell_of_a_wide_file_is_a_rate_or_is_counted(lines: list[list[str]]) -> None:
    text = "Date,USD/CNY,EUR/CNY,CNY/RUB\n"
    text += "".join(f"2025-06-{n:02d},{','.join(cells)}\n" for n, cells in enumerate(lines, start=1))
    raw = sources()["rates_csv"].read(text.encode(), None)
    whole = [c for cells in lines if len(cells) == 3 for c in cells]
    none = sum(c.strip() in ("", "N/A", "-") for c in whole)
    assert raw.frame.height == len(whole) - none
    assert len(raw.faults) == sum(len(cells) != 3 for cells in lines)
    assert int(said(raw).get("NO_RATE", "0")) == none


def test_a_repeated_header_is_one_fault() -> None:
    raw = read(WIDE + WIDE.splitlines()[0] + "\n", "rates_csv")
    assert [f.rule_id for f in raw.faults] == ["REPEATED_HEADER"]


def test_a_revised_rate_is_a_version_and_an_equal_one_is_not() -> None:
    raw = read(WIDE + "2025-06-04,7.1890,,5.0119,11.0250\n", "rates_csv")
    of_day = raw.frame.filter(rate_on="2025-06-04").select("currency", "rate", "version", "action").rows()
    assert ("USD", "7.1890", "2", "replace") in of_day
    assert of_day.count(("JPY", "5.0119", "1", "insert")) == 2
    assert said(raw)["REVISED_RATE"] == "USD 2025-06-04"


def test_bare_columns_without_the_euro_are_prices_of_one_euro() -> None:
    raw = read("Date,USD,CNY,\n2025-06-03,1.1419,8.2278,\n", "rates_csv")
    assert rates(raw) == [
        ("2025-06-03", "EUR", "USD", "1.1419", "1"),
        ("2025-06-03", "EUR", "CNY", "8.2278", "1"),
    ]
    assert "BASE_ASSUMED" in said(raw)


def test_bare_columns_with_the_euro_do_not_say_what_they_are_in() -> None:
    with pytest.raises(FileRejected, match="do not say in which currency"):
        read("Date,USD,EUR\n2025-06-03,7.18,8.19\n", "rates_csv")


def test_a_long_file() -> None:
    raw = read(
        "date;currency;base_currency;units;rate\n2025-06-03;JPY;KZT;100;357.0\n2025-06-04;JPY;KZT;100;N/A\n",
        "rates_csv",
    )
    assert rates(raw) == [
        ("2025-06-03", "JPY", "KZT", "357.0", "100"), ("2025-06-04", "JPY", "KZT", None, "100"),
    ]  # fmt: skip
    assert said(raw) == {"NO_RATE": "1"}


def test_a_long_file_without_the_other_currency_is_refused() -> None:
    with pytest.raises(FileRejected, match="no column says"):
        read("date,currency,rate\n2025-06-03,JPY,357.0\n", "rates_csv")


def test_cubes_have_their_day_around_them() -> None:
    raw = read(ECB, "rates_xml")
    assert rates(raw) == [
        ("2025-06-03", "EUR", "USD", "1.1419", "1"), ("2025-06-03", "EUR", "CNY", "8.2278", "1"),
        ("2025-06-02", "EUR", "USD", "1.1400", "1"),
    ]  # fmt: skip
    assert raw.frame["raw_text"][0] == "<Cube currency='USD' rate='1.1419'/>"
    assert raw.frame["line_no"].to_list() == [1, 2, 3]


def test_a_decimal_comma_and_a_nominal() -> None:
    raw = read(CBR, "rates_xml", "cp1251")
    assert rates(raw) == [
        ("03.06.2025", "CNY", "RUB", "10.9123", "1"),
        ("03.06.2025", "KZT", "RUB", "15.4", "100"),
    ]
    assert raw.frame["raw_text"][0].startswith('<Valute ID="R1">')
    assert raw.frame["raw_text"][0].endswith("</Valute>")
    assert "Юань" in raw.frame["raw_text"][0]


def test_a_feed_with_a_quantity() -> None:
    assert rates(read(NBK, "rates_xml")) == [("03.06.2025", "JPY", "KZT", "35.71", "10")]


def test_a_publisher_nobody_knows_is_refused() -> None:
    with pytest.raises(FileRejected, match="'Own Bank'"):
        read(CBR.replace("Foreign Currency Market", "Own Bank"), "rates_xml", "cp1251")


def test_a_cut_file_is_refused() -> None:
    with pytest.raises(FileRejected) as caught:
        read(ECB[:-40], "rates_xml")
    assert caught.value.reason == "TRUNCATED"


def test_another_feed_is_not_claimed() -> None:
    with pytest.raises(FileRejected) as caught:
        read("<rss><channel><item><title>News</title><link>x</link></item></channel></rss>", "rates_xml")
    assert caught.value.reason == "UNKNOWN_FORMAT"
