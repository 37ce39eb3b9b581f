"""Trade by flow: re-exports stand beside exports, in both currencies, and the rows add up."""

from __future__ import annotations

import polars as pl

from corridor_etl.reports.flows_table import flows

ROWS = [
    ("2025-W24", "YIN-ALA", "W", "EXPORT_DOMESTIC", "94", 1_000_000_000, 139_000_000, 50_000_000, 0),
    ("2025-W24", "YIN-ALA", "W", "EXPORT_DOMESTIC", "85", 500_000_000, 69_500_000, 20_000_000, 2),
    ("2025-W24", "YIN-ALA", "W", "RE_EXPORT", "87", 250_000_000, 34_750_000, 9_000_000, 1),
    ("2025-W24", "YIN-ALA", "E", "IMPORT", "74", 750_000_000, 104_250_000, 90_000_000, 0),
    ("2025-W24", "YIU-EU", "W", "EXPORT_DOMESTIC", "94", 9_000_000_000, 1, 1, 7),
    ("2025-W23", "YIN-ALA", "W", "EXPORT_DOMESTIC", "94", 9_000_000_000, 1, 1, 7),
]
COLUMNS = (
    "iso_week",
    "service_id",
    "direction",
    "flow",
    "hs_chapter",
    "value_cny_fen",
    "value_usd_cent",
    "net_g",
    "items_without_rate",
)
TRADE = pl.DataFrame(ROWS, schema=COLUMNS, orient="row")


def test_flows_are_listed_largest_first_and_add_up() -> None:
    table = flows(TRADE, "YIN-ALA", "2025-W24")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Exports of Chinese goods", "Westbound", "15.0", "2.08", "70", "60.0%"],
        ["Imports", "Eastbound", "7.5", "1.04", "90", "30.0%"],
        ["Re-exports of foreign goods", "Westbound", "2.5", "0.35", "9", "10.0%"],
        ["Total", "", "25.0", "3.48", "169", "100.0%"],
    ]
    assert table.has_total


def test_the_note_names_the_rate_and_the_items_without_one() -> None:
    assert flows(TRADE, "YIN-ALA", "2025-W24", "customs_cn").note == (
        "Values as declared, at the customs rate of the month of declaration; each currency is summed by itself. "
        "Without a rate, and in no sum: 3 items."
    )
    whole = flows(TRADE.with_columns(items_without_rate=0), "YIN-ALA", "2025-W24").note
    assert whole.endswith("at the market rate of the release date; each currency is summed by itself.")


def test_a_week_without_releases_says_so() -> None:
    table = flows(TRADE, "YIN-ALA", "2025-W22")
    assert table.rows == ()
    assert table.note == "No released declaration in this week."
