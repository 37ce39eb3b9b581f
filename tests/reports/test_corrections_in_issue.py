"""The issue counts what corrections did to the rows of its week and names those that were not applied."""

from __future__ import annotations

import dataclasses

import polars as pl
import report_samples as samples

from corridor_etl.reports.checks import check
from corridor_etl.reports.context import WeeklyContext

COLUMNS = ("correction_id", "iso_week", "action", "provider", "guard_outcome", "rows")
EFFECTS = pl.DataFrame(
    [
        ("BK-TEU", samples.LAST, "override", "booking desk", "passed", 12),
        ("BK-DATE", samples.LAST, "override", "booking desk", "passed", 1),
        ("KG", samples.LAST, "scale", "train operator", "passed", 3),
        ("TWICE", samples.LAST, "drop", "booking desk", "passed", 1),
        ("LOOK", samples.LAST, "flag", "booking desk", "passed", 2),
        ("MENDED", samples.LAST, "override", "customs broker", "failed", 1),
        ("OLD", samples.LAST, "scale", "customs broker", "expired", 4),
        ("OTHER", "2025-W01", "drop", "booking desk", "passed", 99),
    ],
    schema=COLUMNS,
    orient="row",
)


def context(effects: pl.DataFrame | None) -> WeeklyContext:
    data = dataclasses.replace(samples.report_data(slow_border=None), corrections=effects)
    return samples.context(data=data)


def test_rows_are_counted_by_what_was_done_to_them() -> None:
    assert context(EFFECTS).corrections == (
        "Corrections of known errors: 13 rows corrected, 3 rows scaled, 1 row dropped, 2 rows flagged. "
        "Not applied: MENDED (guard failed), OLD (expired)."
    )


def test_a_failed_guard_needs_attention_and_names_who_must_look() -> None:
    (found,) = [e for e in context(EFFECTS).attention if e.title.startswith("Correction")]
    assert found.title == "Correction MENDED was not applied"
    assert found.text == (
        "1 row of the week matched: the rows are not as it expects; the source may have been mended. "
        "Provider: customs broker."
    )
    assert found.owner == "data team"


def test_failed_guards_come_first_and_take_one_place() -> None:
    second = EFFECTS.filter(correction_id="MENDED").with_columns(
        correction_id=pl.lit("MET"), guard_outcome=pl.lit("conflict"), rows=pl.lit(0, dtype=pl.Int64)
    )
    data = dataclasses.replace(samples.report_data(), corrections=pl.concat([EFFECTS, second]))
    first, *others = samples.context(data=data).attention
    assert first.title == "2 corrections were not applied"
    assert first.text.startswith("MENDED: 1 row of the week matched: ")
    assert "MET: 0 rows of the week matched: an earlier correction changes the same cells." in first.text
    assert len(others) == 4


def test_a_week_without_corrections_says_nothing_of_them() -> None:
    for effects in (None, EFFECTS.clear(), EFFECTS.filter(iso_week="2025-W01")):
        assert context(effects).corrections == ""
        assert not [e for e in context(effects).attention if e.title.startswith("Correction")]


def test_page_mail_and_text_say_it_and_pass_every_check() -> None:
    data = dataclasses.replace(samples.report_data(), corrections=EFFECTS)
    made, rendered, message = samples.built(data=data)
    assert check(rendered, made, message) == []
    for text in (rendered.page_html, rendered.mail_html, " ".join(rendered.text.split())):
        assert made.corrections in text
    _, without, _ = samples.built()
    assert "Corrections of known" not in without.page_html + without.mail_html + without.text
