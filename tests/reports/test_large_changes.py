"""A change that no week explains stops an issue; a usual one, and one without a range, does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from corridor_etl.jobs.issue_checks import JUMP_RANGES, jumps
from corridor_etl.reports.figures import Change


@pytest.mark.parametrize(
    ("ranges", "low", "is_stopped"),
    [
        (Decimal(JUMP_RANGES), Decimal(40), False),
        (Decimal(JUMP_RANGES) + Decimal("0.01"), Decimal(40), True),
        (-Decimal(JUMP_RANGES) - Decimal("0.01"), Decimal(40), True),
        (Decimal(100), Decimal(60), False),  # weeks that were all the same have no range to measure by
        (Decimal(100), None, False),
    ],
)
def test_the_limit_is_ten_times_the_normal_range(
    issue: Any, ranges: Decimal, low: Decimal | None, is_stopped: bool
) -> None:
    context = issue[0]
    assert jumps(context) == []
    moved = replace(
        context.figure("throughput.teu"),
        range_low=low,
        range_high=Decimal(60),
        on_week=Change(ranges * 20, "+999%"),
    )
    figures = tuple(moved if f.address == moved.address else f for f in context.figures)
    found = jumps(replace(context, figures=figures))
    assert [text.split(" on the week")[0] for text in found] == ["Throughput changed by +999%"] * is_stopped
