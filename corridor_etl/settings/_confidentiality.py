"""From when on a cell of a table tells too much of a firm to be shown outside."""

from __future__ import annotations

from corridor_etl.settings._section import Percent, PositiveCount, Section


class Confidentiality(Section):
    """When a cell is sensitive, shares in per cent of its amount.

    ``fewest_firms``: fewer firms, of either side of the trade, are too few. ``largest_pct``, ``two_largest_pct``: more
    than this share of the largest firm, or the two largest, is dominance. ``protection_pct``: the second largest could
    reckon the largest closer than this.
    """

    fewest_firms: PositiveCount = 4
    largest_pct: Percent = 75
    two_largest_pct: Percent = 85
    protection_pct: Percent = 15
