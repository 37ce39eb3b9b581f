"""What the suites of the boundary tables judge: their columns, frames of changed good rows, and a run of each.

A suite judges records of one kind, cross-source subjects, or lines about deliveries. The tables belong to
``boundary_rows``; the good rows to ``conftest``, ``cross_subjects`` and ``delivery_lines``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import polars as pl

from corridor_etl.model import CROSS_SCHEMA, CROSS_SOURCE, KINDS
from corridor_etl.quality import history
from corridor_etl.quality.cross_source import validate_subjects
from corridor_etl.quality.delivery_rules import DELIVERY_SUITES, FRAMES, validate_frame
from corridor_etl.quality.runner import run_parameters, validate
from corridor_etl.quality.verdicts import Verdict
from corridor_etl.settings import ReferenceLists, load_settings
from tests.quality.conftest import NOW_UTC, _frame_of
from tests.quality.cross_subjects import subject_frame
from tests.quality.delivery_lines import line_frame

Change = dict[str, Any]

SUITES = (*KINDS, CROSS_SOURCE, *DELIVERY_SUITES)
_FIRST_VERSION = 1000
_DEFAULTS = load_settings()
SETTINGS = _DEFAULTS.model_copy(
    update={
        "reference": ReferenceLists(owner_prefixes=("MSK", "CSQU", "BEA")),
        "thresholds": _DEFAULTS.thresholds.model_copy(update={"train_wagons_max": 3}),
    }
)
"""With a list of owners, without which nobody's boxes are judged, and trains short enough to write down."""
HISTORY = pl.DataFrame(schema=history.SCHEMA)
"""Nothing was accepted so far, so that the starting bands are what is usual."""


def columns_of(suite: str) -> set[str]:
    """The columns of what a suite judges; of records, those of the model alone."""
    if suite in KINDS:
        return set(KINDS[suite].schema)
    return set(CROSS_SCHEMA if suite == CROSS_SOURCE else FRAMES[suite])


def own_cells(suite: str) -> Iterator[Change]:
    """What each row or group has to itself: a version, so that no two records are one. Other suites compare no rows."""
    for version in range(_FIRST_VERSION, 10**6):
        yield {"version": version} if suite in KINDS else {}


def frame_of_rows(suite: str, changes: list[Change]) -> pl.DataFrame:
    """The good row with each of the changes; a misspelt column is an error. A subject is named by ``subject``."""
    unknown = {name for change in changes for name in change} - {*columns_of(suite), "delivery_id"}
    assert not unknown, f"{suite} has no columns {sorted(unknown)}"
    if suite == CROSS_SOURCE:
        return subject_frame(*((change["subject"], change) for change in changes))
    return _records(suite, changes) if suite in KINDS else line_frame(suite, *changes)


def _records(kind: str, changes: list[Change]) -> pl.DataFrame:
    frame = _frame_of(kind, *changes)
    own = pl.Series("delivery_id", [change.get("delivery_id") for change in changes], dtype=pl.String)
    frame = frame.with_columns(own.fill_null(frame["delivery_id"]))
    return history.with_usual_range(frame, HISTORY, SETTINGS.thresholds) if kind == history.KIND else frame


def run(suite: str, frame: pl.DataFrame, now_utc: datetime) -> Verdict:
    """What the whole suite says of a frame, as where it is used."""
    if suite == CROSS_SOURCE:
        return validate_subjects(frame.lazy(), SETTINGS, now_utc=now_utc)
    if suite in DELIVERY_SUITES:
        return validate_frame(suite, frame)
    return validate(suite, frame, SETTINGS, now_utc=now_utc, history=HISTORY)


@cache
def parameters() -> dict[str, Any]:
    """What suites may name with ``$PARAMETER``, at the instant of the examples."""
    return run_parameters(SETTINGS, NOW_UTC)
