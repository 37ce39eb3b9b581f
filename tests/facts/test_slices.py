"""What is made of a box's records does not depend on other boxes, so that it can be made without them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from corridor_etl.facts.corridor import Facts, corridor_facts
from corridor_etl.settings import load_settings
from tests.facts.corridor_records import Row, current, event, item, journey, manifest

BOXES = tuple(f"MSCU{number:07d}" for number in range(1, 9))
DAYS = (-3, 0, 1, 2, 4, 6)
FACTS = ("trips", "port_moves", "port_visits")
START = date(2025, 3, 3)


def test_the_facts_of_some_boxes_alone_are_those_of_the_whole() -> None:
    for seed in range(6):
        rows = shuffled(seed)
        boxes = random.Random(seed).sample(BOXES, 3)
        whole = facts_of(rows)
        alone = facts_of([some for some in rows if names(some, boxes)])
        for name in FACTS:
            found = of_boxes(whole, name, boxes)
            assert 0 < found.height < getattr(whole, name).height
            assert_frame_equal(getattr(alone, name), found)


def facts_of(rows: Sequence[Row]) -> Facts:
    told = [[row for row in rows if name in row] for name in ("train_no", "event_code", "declaration_no")]
    return corridor_facts(current(*told), load_settings())


def of_boxes(facts: Facts, name: str, boxes: Sequence[str]) -> pl.DataFrame:
    made: pl.DataFrame = getattr(facts, name)
    return made.filter(pl.col("container_no").is_in(list(boxes)))


def names(row: Row, boxes: Sequence[str]) -> bool:
    said = row.get("container_no") or row.get("container_nos") or ""
    return bool(set(said.split()) & set(boxes))


def shuffled(seed: int) -> list[Row]:
    """Boxes that travel three times on trains they share, with gaps, strays and declarations of several boxes."""
    luck = random.Random(seed)
    rows = [row for n, box in enumerate(BOXES) for turn in range(3) for row in trip(luck, n, box, turn)]
    luck.shuffle(rows)
    return rows


def trip(luck: random.Random, number: int, box: str, turn: int) -> list[Row]:
    day = START + timedelta(days=28 * turn + luck.choice((0, 7)))
    train = f"X9{turn:03d}"
    at = [when(luck, day, days) if luck.random() < 0.8 else None for days in DAYS]
    load = luck.choice("FFE")
    rows = [
        manifest(day.isoformat(), container_no=box, train_no=train, full_empty=load),
        *journey(*at, container_no=box, full_empty=load, conveyance_name=train),
        event("RAIL_LOAD", "NGB", when(luck, day, -2), container_no=box, full_empty=load),
        event("DROP", "ALA", when(luck, day, luck.choice((9, 20, 40))), container_no=box, full_empty="E"),
    ]
    other = luck.choice(BOXES)
    origin = luck.choice(("CN", "JP"))
    goods = item(
        f"D{number}{turn}", container_nos=f"{box} {other}", origin_country=origin, declared_on_local=day
    )
    return [*rows, goods]


def when(luck: random.Random, day: date, days: int) -> str:
    return f"{day + timedelta(days=days)} {luck.randrange(24):02d}:{luck.randrange(60):02d}"
