"""Figures of invented weeks for tests of sentences: a usual week, and any week at random."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from corridor_etl.reports.figures import Change, Figure, change, scale_of, shown
from corridor_etl.reports.language import speaking
from corridor_etl.reports.measures import BY_ADDRESS

CLASSES = ("below", "low", "in line", "high", "above", "none")
WEEK = "2025-W46"


def figure(
    address: str,
    value: str | None,
    *,
    range_class: str = "in line",
    week: str = "",
    year: str = "",
    maturity: str = "f",
) -> Figure:
    measure = BY_ADDRESS[address]
    exact = None if value is None else Decimal(value)

    def since(base: str) -> Change:
        return change(measure, exact, Decimal(base), 5) if base else Change()

    return Figure(address, measure.name, exact, measure.unit, shown(measure, exact), scale_of(measure, exact).name, maturity,
                  since(week), since(year), range_text="41–88", range_class=range_class)  # type: ignore[arg-type]  # fmt: skip


def figures(**changes: Figure) -> dict[str, Figure]:
    made = {
        "throughput.teu": figure("throughput.teu", "84"),
        "throughput.boxes": figure("throughput.boxes", "44"),
        "departures.trains": figure("departures.trains", "3"),
        "trade.value_cny": figure("trade.value_cny", "40700000", maturity="p"),
        "transit.door_to_door_days": figure("transit.door_to_door_days", "6.5"),
        "transit.door_to_door_days_westbound": figure("transit.door_to_door_days_westbound", None),
        "transit.door_to_door_days_eastbound": figure("transit.door_to_door_days_eastbound", None),
        "transit.border_hours": figure("transit.border_hours", "15"),
    }
    return made | {f.address: f for f in changes.values()}


@st.composite
def situations(draw: st.DrawFn, language: str = "en") -> dict[str, Figure]:
    with speaking(language):
        return _situation(draw)


def _situation(draw: st.DrawFn) -> dict[str, Figure]:
    def some(address: str, top: int) -> Figure:
        value = draw(st.none() | st.decimals(0, top, places=2))
        known = draw(st.sampled_from(CLASSES)) if value is not None else "none"
        base = draw(st.sampled_from(["", "3", "50", "90000"]))
        return figure(
            address,
            None if value is None else str(value),
            range_class=known,
            week=base,
            maturity=draw(st.sampled_from("pf")),
        )

    return figures(
        teu=some("throughput.teu", 99_999),
        value=some("trade.value_cny", 99_999_999_999),
        door=some("transit.door_to_door_days", 99),
        border=some("transit.border_hours", 999),
    )
