"""Marts come back as they went in, and a week keeps its snapshot until its figures change."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Warehouse, mart_tables, week_digests
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.frames import schema_of
from corridor_etl.warehouse.schema import MARTS, WEEK_DIGEST
from tests.examples import few

WEEKS = ("2025-W10", "2025-W11", "2025-W12")


def publish(warehouse: Warehouse, marts: dict[str, pl.DataFrame], make: SimpleNamespace) -> int:
    base = warehouse.snapshot()
    return warehouse.publish(make.batch(f"n{base}"), marts, base=base)


def test_only_weeks_that_changed_are_written(warehouse: Warehouse, make: SimpleNamespace) -> None:
    three = [{"iso_week": week} for week in WEEKS]
    publish(warehouse, make.match_mart(*three), make)
    publish(warehouse, make.match_mart(three[0], three[1] | {"declared_boxes": 40}), make)
    mart = warehouse.mart("mart_match_week")
    assert mart.select("iso_week", "declared_boxes", "snapshot").rows() == [
        ("2025-W10", 38, 1),
        ("2025-W11", 40, 2),
    ]


def test_weeks_that_are_as_they_were_are_not_even_read(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = [{"iso_week": week} for week in WEEKS]
    publish(warehouse, make.match_mart(*three), make)
    read: list[list[str]] = []
    reading = mart_tables.read

    def noted(connection: Connection, name: str, weeks: list[str]) -> pl.DataFrame:
        read.append(weeks)
        return reading(connection, name, weeks)

    monkeypatch.setattr(mart_tables, "read", noted)
    publish(warehouse, make.match_mart(*three), make)
    publish(warehouse, make.match_mart(three[0], three[1] | {"declared_boxes": 40}), make)
    assert read == [["2025-W11", "2025-W12"]]


def test_a_week_without_a_digest_is_read_and_compared(warehouse: Warehouse, make: SimpleNamespace) -> None:
    three = [{"iso_week": week} for week in WEEKS]
    publish(warehouse, make.match_mart(*three), make)
    with writing(warehouse.engine) as connection:
        connection.execute(WEEK_DIGEST.delete())
    publish(warehouse, make.match_mart(*three[:2]), make)
    assert warehouse.mart("mart_match_week").select("iso_week", "snapshot").rows() == [
        ("2025-W10", 1),
        ("2025-W11", 1),
    ]
    with writing(warehouse.engine) as connection:
        weeks = connection.scalars(select(WEEK_DIGEST.c.iso_week).order_by(WEEK_DIGEST.c.iso_week)).all()
    assert weeks == ["2025-W10", "2025-W11"]


def test_every_cell_of_a_week_counts_for_its_digest() -> None:
    frame = pl.DataFrame({"iso_week": ["2025-W10"] * 2, "a": ["x", None], "b": [None, "x"], "n": [1, None]})
    others = [
        frame.with_columns(n=pl.col("n").fill_null(0)),
        frame.with_columns(a="b", b="a"),
        frame.with_columns(a=pl.col("a").fill_null("")),
        frame.reverse(),
        frame.head(1),
    ]
    digests = [week_digests.of_weeks(made, "iso_week")["2025-W10"] for made in (frame, *others)]
    assert len(set(digests)) == len(digests)
    assert week_digests.of_weeks(pl.concat([frame, frame.clear()]), "iso_week") == {"2025-W10": digests[0]}


def test_marts_that_are_not_named_stay(warehouse: Warehouse, make: SimpleNamespace) -> None:
    publish(warehouse, make.match_mart({}), make)
    publish(warehouse, {}, make)
    assert warehouse.mart("mart_match_week")["snapshot"].to_list() == [1]


def test_weeks_that_are_not_spoken_of_stay(warehouse: Warehouse, make: SimpleNamespace) -> None:
    publish(warehouse, make.match_mart(*({"iso_week": week} for week in WEEKS)), make)
    ((name, rows),) = make.match_mart({"iso_week": WEEKS[1], "declared_boxes": 40}).items()
    publish(warehouse, {name: mart_tables.SomeWeeks(WEEKS[1:], rows)}, make)
    publish(warehouse, {name: mart_tables.SomeWeeks((), rows.clear())}, make)
    mart = warehouse.mart(name)
    assert mart.select("iso_week", "declared_boxes", "snapshot").rows() == [
        (WEEKS[0], 38, 1),
        (WEEKS[1], 40, 2),
    ]
    with writing(warehouse.engine) as connection:
        known = connection.scalars(select(WEEK_DIGEST.c.iso_week).where(WEEK_DIGEST.c.table_name == name))
        assert sorted(known) == list(WEEKS[:2])


def test_a_mart_can_be_read_by_week(warehouse: Warehouse, make: SimpleNamespace) -> None:
    publish(warehouse, make.match_mart(*({"iso_week": week} for week in WEEKS)), make)
    assert warehouse.mart("mart_match_week", weeks=["2025-W11"])["iso_week"].to_list() == ["2025-W11"]
    assert warehouse.mart("mart_match_week", weeks=[]).is_empty()


@pytest.mark.parametrize("name", sorted(MARTS))
def test_every_mart_comes_back_as_it_went_in(warehouse: Warehouse, make: SimpleNamespace, name: str) -> None:
    schema = schema_of(c for c in MARTS[name].columns if c.name != "snapshot")
    nullable = {c.name for c in MARTS[name].columns if c.nullable}
    row = {
        c: (None if c in nullable else 2**53 + 1 if t == pl.Int64() else f"{c}-x") for c, t in schema.items()
    }
    frame = pl.DataFrame([row], schema=schema)
    publish(warehouse, {name: frame}, make)
    assert warehouse.mart(name).drop("snapshot").equals(frame)
    assert name in warehouse.mart_tables()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"iso_week": ["2025-W10"]}), "lacks service_id, laden_boxes, declared_boxes"),
        (
            pl.DataFrame(
                {"iso_week": ["2025-W10"], "service_id": ["A"], "laden_boxes": [1.5], "declared_boxes": [1]}
            ),
            "laden_boxes is Float64 instead of Int64",
        ),
    ],
)
def test_a_frame_of_another_shape_is_refused(
    warehouse: Warehouse, make: SimpleNamespace, frame: pl.DataFrame, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        publish(warehouse, {"mart_match_week": frame}, make)
    assert warehouse.snapshot() == 0


def test_narrow_counts_are_taken(warehouse: Warehouse, make: SimpleNamespace) -> None:
    marts = {name: frame.cast({"laden_boxes": pl.UInt32}) for name, frame in make.match_mart({}).items()}
    publish(warehouse, marts, make)
    assert warehouse.mart("mart_match_week").schema["laden_boxes"] == pl.Int64


def test_an_unknown_mart_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="mart_match_week"):
        warehouse.mart("mart_nothing")


FIGURES = st.dictionaries(st.sampled_from(WEEKS), st.integers(0, 3), max_size=3)


@few(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(figures=FIGURES)
def test_after_any_sequence_the_mart_is_the_last_frame(
    warehouse: Warehouse, make: SimpleNamespace, figures: dict[str, int]
) -> None:
    schema = {
        "iso_week": pl.String,
        "service_id": pl.String,
        "laden_boxes": pl.Int64,
        "declared_boxes": pl.Int64,
    }
    rows = [(week, "A", boxes, 0) for week, boxes in figures.items()]
    publish(warehouse, {"mart_match_week": pl.DataFrame(rows, schema=schema, orient="row")}, make)
    assert warehouse.mart("mart_match_week").drop("snapshot").rows() == sorted(rows)
