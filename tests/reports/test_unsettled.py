"""What the sources still say differently is one exception: the worst outcome of the week, its owner and its age."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import report_samples as samples

from corridor_etl.facts.reconciliation import OPEN_OUTCOMES
from corridor_etl.reports.unsettled import PHRASES, unsettled

WEEK = "2025-W46"


def open_ones(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"rule_id": pl.String(), "iso_week": pl.String()}, orient="row"
    ).with_columns(severity=pl.lit("warning"))


def test_the_worst_outcome_leads_with_its_owner_and_the_age_of_the_oldest() -> None:
    found = open_ones(
        ("XR-011", WEEK), ("SE-002", WEEK), ("XR-005", WEEK), ("XR-012", WEEK), ("XR-002", WEEK), ("XR-002", WEEK),
        ("XR-002", "2025-W43"), ("XR-002", "2025-W47"), ("XR-004", "2025-W45"), ("XR-002", None), ("DT-003", WEEK),
    )  # fmt: skip
    (told,) = unsettled(found, WEEK)
    assert told.title == "2 cases to settle: released by customs, on no train list"
    assert told.text == "Also open: seals changed (1); weights apart (2)."
    assert (told.owner, told.since) == ("customs broker", "The oldest is of week 2025-W43, 3 weeks ago.")


def test_one_alone_is_new_this_week() -> None:
    (told,) = unsettled(open_ones(("XR-003", WEEK)), WEEK)
    assert (told.title, told.owner) == (
        "1 case to settle: on a train list, never seen leaving the port",
        "port",
    )
    assert (told.text, told.since) == ("Nothing else of the week is open.", "New this week.")


def test_boxes_without_a_declaration_and_other_rules_are_told_elsewhere() -> None:
    assert unsettled(open_ones(("XR-001", WEEK), ("DT-003", WEEK)), WEEK) == ()
    assert unsettled(None, WEEK) == ()
    assert set(OPEN_OUTCOMES) - set(PHRASES) == {"manifested_not_declared"}


def test_the_issue_shows_it_among_what_needs_attention() -> None:
    data = samples.report_data(slow_border=None)
    data = replace(data, quarantine_open=0, departures=data.departures.filter(pl.col("delay_s") < 7200))
    context = samples.context(data=replace(data, discrepancies=open_ones(("XR-006", WEEK))))
    assert [e.title for e in context.attention if "to settle" in e.title] == [
        "1 case to settle: packages apart"
    ]
