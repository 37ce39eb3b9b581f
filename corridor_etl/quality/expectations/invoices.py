"""Expectations about invoice totals and charges."""

from __future__ import annotations

from typing import Any

from corridor_etl.quality.checks import goods_words, invoices
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(invoices.items_add_up)
class ExpectItemsAddUp(RowExpectation):
    """Items add up to the invoice total."""

    map_metric = "invoice.items_add_up"
    sentence = "The items of a declaration should add up to its invoice total within {share}."
    share: float | dict[str, Any]


@judged_by(invoices.charges_are_plausible)
class ExpectPlausibleCharges(RowExpectation):
    """Freight and insurance are a plausible part of the value."""

    map_metric = "invoice.charges_plausible"
    sentence = "Freight and insurance together should be at most {most_share} of the value of the goods."
    most_share: float | dict[str, Any]
    max_age_days: int | dict[str, Any]


@judged_by(goods_words.words_fit_heading)
class ExpectWordsFitHeading(RowExpectation):
    """What the goods are called fits their code."""

    map_metric = "goods.words_fit_heading"
    sentence = "{columns}: goods called by a word of the vocabulary should be under one of its headings."
