"""What is said of a tile and of a weekly chart: where the value lies in its normal range."""

from __future__ import annotations

from collections.abc import Mapping

from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import N_, tr

THROUGHPUT = {
    "missing": N_("No throughput in this week"),
    "none": N_("Throughput: too few weeks of data for a normal range"),
    "above": N_("Throughput is above its normal range"),
    "below": N_("Throughput is below its normal range"),
    "highest": N_("Highest week shown for throughput, but within the normal range"),
    "high": N_("Throughput is high but within the normal range"),
    "low": N_("Throughput is low but within the normal range"),
    "in line": N_("Throughput is in line with recent weeks"),
}
TRADE = {
    "missing": N_("No trade value in this week"),
    "none": N_("Trade value: too few weeks of data for a normal range"),
    "above": N_("Trade value is above its normal range"),
    "below": N_("Trade value is below its normal range"),
    "high": N_("Trade value is high but within the normal range"),
    "low": N_("Trade value is low but within the normal range"),
    "in line": N_("Trade value is in line with recent weeks"),
}


def verdict(figure: Figure) -> str:
    """The last line of a tile: where the value lies in its range."""
    if figure.value is None:
        return tr("Not available")
    if figure.range_class == "none":
        return tr("No normal range yet")
    if figure.is_outside:
        return tr("Outside (%(range)s)", range=figure.range_text)
    return tr("Normal (%(range)s)", range=figure.range_text)


def chart_title(figure: Figure, words: Mapping[str, str], *, is_highest: bool = False) -> str:
    """The finding of a weekly chart; ``words`` are :data:`THROUGHPUT` or :data:`TRADE`."""
    if figure.value is None:
        found = "missing"
    elif is_highest and figure.range_class != "none" and not figure.is_outside:
        found = "highest"
    else:
        found = figure.range_class
    return tr(words[found])
