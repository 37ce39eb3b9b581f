"""The example queries in docs/queries give the same answer on both databases, and it is that of the truth file.

A small simulated corridor with faults goes through the whole line once; its tables are then copied to PostgreSQL.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select, text

from corridor_etl.jobs.ingest import ingest
from corridor_etl.reference.calendar import parse_range, weeks_between
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import database_url, reading, writing
from corridor_etl.warehouse.frames import fetched, insert
from corridor_etl.warehouse.query import Answer, ask
from corridor_etl.warehouse.schema import DIMENSIONS, METADATA

QUERIES = {path.stem: path for path in sorted((checkout() / "docs" / "queries").glob("*.sql"))}
# As if no booking of the week had come; no other query looks at this table.
GAP = """DELETE FROM delivery_week WHERE iso_week = '2025-W11'
AND delivery_no IN (SELECT delivery_no FROM delivery WHERE source_id = 'bookings')"""
WAYS = {"W": "westbound", "E": "eastbound"}


class Corridor:
    """The simulated corridor: what it should come to, what came of it, and where to ask."""

    def __init__(self, home: Path) -> None:
        settings = load_settings()
        simulation = simulate(home, parse_range("2025-W09:2025-W13"), seed=1, faults=True, settings=settings)
        self.truth: dict[str, list[dict[str, Any]]] = json.loads(simulation.truth_path.read_text())["marts"]
        self.names = {service.id: service.name for service in settings.services}
        ingest()
        with Warehouse.open() as warehouse:
            with writing(warehouse.engine) as connection:
                connection.execute(text(GAP))
            self.trips = warehouse.trips()
            self.coverage = warehouse.coverage()
            self.quarantine = warehouse.quarantine(state="open")
            self.deliveries = warehouse.deliveries()
            copied = [t for t in METADATA.sorted_tables if _is_copied(t.name)]
            with reading(warehouse.engine) as connection:
                self.tables = {table.name: fetched(connection, select(table)) for table in copied}
        self.urls = {"sqlite": database_url(home)}

    def copied_to(self, url: str, home: Path) -> str:
        """The address of a PostgreSQL warehouse with the same rows."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CORRIDOR_DATABASE_URL", url)
            with Warehouse.open(home) as warehouse, writing(warehouse.engine) as connection:
                for name, frame in self.tables.items():
                    connection.execute(METADATA.tables[name].delete())
                    insert(connection, METADATA.tables[name], frame)
            return database_url(home)


def _is_copied(table: str) -> bool:
    return table not in {*DIMENSIONS, "stamp"} and not table.startswith("iceberg")


@pytest.fixture(scope="module")
def corridor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corridor]:
    home = tmp_path_factory.mktemp("queries")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        yield Corridor(home)


@pytest.fixture(params=["sqlite", "postgresql"])
def asked(request: pytest.FixtureRequest, corridor: Corridor, tmp_path: Path) -> Callable[[str], Answer]:
    """Asks one of the example queries."""
    if request.param not in corridor.urls:
        new_database = request.getfixturevalue("new_database")
        corridor.urls[request.param] = corridor.copied_to(new_database(), tmp_path / "copy")
    url = corridor.urls[request.param]
    return lambda name: ask(url, QUERIES[name].read_text(encoding="utf-8"), limit=10_000)


def summed(
    rows: list[dict[str, Any]], key: tuple[str, ...], *measures: str
) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * len(measures))
    for row in rows:
        of_key = found[tuple(row[k] for k in key)]
        for at, measure in enumerate(measures):
            of_key[at] += row[measure] or 0
    return found


def approx(rows: Any) -> list[tuple[Any, ...]]:
    return [tuple(pytest.approx(v) if isinstance(v, float) else v for v in row) for row in rows]


def teu_by_week_and_direction(c: Corridor) -> list[tuple[Any, ...]]:
    rows = summed(
        c.truth["mart_throughput_week"],
        ("service_id", "iso_week", "direction"),
        "boxes",
        "teu_x100",
        "cargo_gross_g",
    )
    return sorted((c.names[s], w, WAYS[d], b, t / 100, g / 1e6) for (s, w, d), (b, t, g) in rows.items())


def top_hs_chapters(c: Corridor) -> list[tuple[Any, ...]]:
    rows = summed(c.truth["mart_trade_week"], ("hs_chapter",), "value_cny_fen")
    whole = sum(value for (value,) in rows.values())
    ranked = sorted((-value, chapter) for (chapter,), (value,) in rows.items())[:10]
    return [(chapter, -value / 100, -100 * value / whole) for value, chapter in ranked]


def slowest_legs(c: Corridor) -> list[tuple[Any, ...]]:
    legs = [row for row in c.truth["mart_transit_week"] if row["measure"].startswith("leg_")]
    rows = summed(legs, ("service_id", "direction", "measure"), "trips", "sum_s")
    return sorted((trips, seconds / trips / 3600) for trips, seconds in rows.values())


def coverage_gaps(c: Corridor) -> list[tuple[Any, ...]]:
    seen = set(c.coverage.select("source_id", "iso_week").iter_rows())
    trains = [row["iso_week"] for row in c.truth["mart_departure_week"]]
    weeks = weeks_between(min(trains), max(trains))
    sources = {s.id for s in load_settings().sources if s.is_expected}
    senders = {s.source for s in load_settings().senders}
    return [pair for pair in itertools.product(sorted(sources & senders), weeks) if pair not in seen]


def quarantine_by_rule_and_sender(c: Corridor) -> list[tuple[Any, ...]]:
    rows: Counter[tuple[str, str]] = Counter()
    for row in c.quarantine.iter_rows(named=True):
        rows.update((row["sender_id"], rule) for rule in row["rule_ids"].split(","))
    return sorted((sender, rule, n) for (sender, rule), n in rows.items())


def trips_of_one_container(c: Corridor) -> list[tuple[Any, ...]]:
    counted = Counter(c.trips["container_no"].to_list())
    most = min(counted, key=lambda no: (-counted[no], no))
    rows = c.trips.filter(container_no=most).sort("departed_on_local", "train_no")
    return rows.select("container_no", "train_no", "line_no").rows()


def declared_share_by_week(c: Corridor) -> list[tuple[Any, ...]]:
    rows = [
        (c.names[r["service_id"]], r["iso_week"], r["laden_boxes"], r["declared_boxes"])
        for r in c.truth["mart_match_week"]
    ]
    return sorted((*row, 100 * row[3] / row[2]) for row in rows)


def punctuality_by_service(c: Corridor) -> list[tuple[Any, ...]]:
    rows = summed(
        c.truth["mart_departure_week"],
        ("service_id", "direction"),
        "trains",
        "trains_timed",
        "trains_on_time",
        "delay_s_sum",
    )
    return sorted(
        (c.names[s], WAYS[d], n, t, o, delay / 3600 / t) for (s, d), (n, t, o, delay) in rows.items()
    )


def booked_slots_by_week(c: Corridor) -> list[tuple[Any, ...]]:
    return sorted(
        (c.names[r["service_id"]], WAYS[r["direction"]], r["iso_week"], r["booked_teu_x100"] / 100,
         r["capacity_teu_x100"] / 100, 100 * r["booked_teu_x100"] / r["capacity_teu_x100"])
        for r in c.truth["mart_booking_week"]
    )  # fmt: skip


def files_that_did_not_load_whole(c: Corridor) -> list[tuple[Any, ...]]:
    held = Counter(c.quarantine["delivery_no"].to_list())
    rows = c.deliveries.filter((pl.col("status") == "rejected") | pl.col("delivery_no").is_in(list(held)))
    return [(no, status, held[no]) for no, status in rows.select("delivery_no", "status").iter_rows()]


def trains_and_holidays(c: Corridor) -> list[tuple[Any, ...]]:
    days = c.trips.group_by("departed_on_local").agg(
        pl.struct("service_id", "train_no").n_unique(), pl.len().alias("boxes")
    )
    return [
        (str(day), day.strftime("%A"), trains, boxes)
        for day, trains, boxes in days.sort("departed_on_local").iter_rows()
    ]


def origin_of_goods(c: Corridor) -> list[tuple[Any, ...]]:
    laden = (
        c.trips.filter(full_empty="F")
        .group_by("origin_country")
        .agg(pl.len(), pl.col("teu_x100").sum(), pl.col("cargo_gross_g").sum())
    )
    return sorted(
        (country or "", boxes, teu / 100, gross / 1e6) for country, boxes, teu, gross in laden.iter_rows()
    )


# Query -> the whole answer by plain loops, and the columns of the query's answer that it has (sorted where it is).
EXPECTED: dict[str, tuple[Callable[[Corridor], list[tuple[Any, ...]]], tuple[int, ...], bool]] = {
    "teu_by_week_and_direction": (teu_by_week_and_direction, (0, 1, 2, 3, 4, 5), True),
    "top_hs_chapters": (top_hs_chapters, (0, 2, 3), False),
    "slowest_legs": (slowest_legs, (3, 4), True),
    "coverage_gaps": (coverage_gaps, (0, 2), False),
    "quarantine_by_rule_and_sender": (quarantine_by_rule_and_sender, (0, 1, 2), True),
    "trips_of_one_container": (trips_of_one_container, (0, 1, 9), False),
    "declared_share_by_week": (declared_share_by_week, (0, 1, 2, 3, 4), True),
    "punctuality_by_service": (punctuality_by_service, (0, 1, 2, 3, 4, 5), True),
    "booked_slots_by_week": (booked_slots_by_week, (0, 1, 2, 3, 4, 5), True),
    "files_that_did_not_load_whole": (files_that_did_not_load_whole, (0, 2, 8), False),
    "trains_and_holidays": (trains_and_holidays, (0, 1, 3, 4), False),
    "origin_of_goods": (origin_of_goods, (0, 2, 3, 4), True),
}


def test_every_query_says_what_it_answers_and_is_checked() -> None:
    assert set(QUERIES) == set(EXPECTED)
    for path in QUERIES.values():
        assert path.read_text(encoding="utf-8").startswith("-- "), path.name


def test_every_query_answers_what_the_truth_says(asked: Callable[[str], Answer], corridor: Corridor) -> None:
    for name, (expected, columns, is_sorted) in EXPECTED.items():
        rows = [tuple(row[at] for at in columns) for row in asked(name).rows]
        wanted = expected(corridor)
        plain = [
            tuple("" if v is None else str(v) if hasattr(v, "isoformat") else v for v in row) for row in rows
        ]
        assert wanted, f"{name} must have something to find"
        assert (sorted(plain) if is_sorted else plain) == approx(wanted), name


def test_the_line_fills_the_fact_beside_the_marts(corridor: Corridor) -> None:
    boxes = sum(row["boxes"] for row in corridor.truth["mart_throughput_week"])
    teu_x100 = sum(row["teu_x100"] for row in corridor.truth["mart_throughput_week"])
    assert (corridor.trips.height, corridor.trips["teu_x100"].sum()) == (boxes, teu_x100)
    assert corridor.trips["snapshot"].unique().to_list() == [1]
    assert corridor.trips["flow"].value_counts().height > 2
