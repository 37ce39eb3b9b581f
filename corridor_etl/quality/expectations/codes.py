"""Expectations about codes and filled cells."""

from __future__ import annotations

from typing import Any, ClassVar

import polars as pl

from corridor_etl.quality.checks import codes
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(codes.are_filled)
class ExpectCellsFilled(RowExpectation):
    """Required cells are not empty."""

    map_metric = "cells.filled"
    sentence = "{columns} must not be empty."
    optional_in_corrections: list[str] | None = None

    @classmethod
    def observed(cls, columns: list[str]) -> pl.Expr:
        """The names of the empty cells; the filled ones say nothing."""
        names = [pl.when(~codes.are_filled(pl.col(c))).then(pl.lit(c)) for c in columns]
        return pl.concat_str(pl.lit("empty: "), pl.concat_str(names, separator=", ", ignore_nulls=True))


@judged_by(codes.in_list)
class ExpectCellsInList(RowExpectation):
    """Cells hold one of the values the suite names."""

    map_metric = "cells.in_list"
    sentence = "{columns}, where filled, must be {values}."
    values: list[str]


@judged_by(codes.are_countries)
class ExpectCountryCodes(RowExpectation):
    """Countries are ISO 3166 alpha-2 codes."""

    map_metric = "code.country"
    sentence = "{columns}, where filled, must be ISO 3166 alpha-2 codes."


@judged_by(codes.is_currency)
class ExpectCurrencyCode(RowExpectation):
    """Currencies are active ISO 4217 codes."""

    map_metric = "code.currency"
    sentence = "{first} must be an ISO 4217 code, active now or on the date of the document."


@judged_by(codes.are_currencies)
class ExpectCurrencyCodes(RowExpectation):
    """All currencies of a record are ISO 4217 codes in use on its date."""

    map_metric = "code.currencies"
    sentence = "{columns}: the currencies, where filled, should be in use on the date."


@judged_by(codes.is_usual_currency)
class ExpectUsualCurrency(RowExpectation):
    """Currencies are ones the corridor trades in."""

    map_metric = "code.usual_currency"
    sentence = "{first} is usually {values}."
    values: list[str]


@judged_by(codes.not_in_list)
class ExpectCellNotInList(RowExpectation):
    """Cells hold none of the values the suite names."""

    map_metric = "cells.not_in_list"
    sentence = "{first} should not be {values}."
    values: list[str]


@judged_by(codes.is_size_type)
class ExpectSizeTypeCode(RowExpectation):
    """Sizes and types are ISO 6346 codes."""

    map_metric = "code.size_type"
    sentence = "{first}, where filled, must be a size and type of ISO 6346."


@judged_by(codes.is_regime)
class ExpectRegime(RowExpectation):
    """A regime is China, the Eurasian union or another country."""

    map_metric = "code.regime"
    sentence = "{first} must be CN, EAEU for its members, or the ISO 3166 alpha-2 code of another country."


@judged_by(codes.is_package_type)
class ExpectPackageType(RowExpectation):
    """Package codes are in the lists of UNECE or China."""

    map_metric = "code.package_type"
    sentence = "{first}, where it is a code, should be one of UNECE Recommendation 21 or of China's list."


@judged_by(codes.is_hs_code)
class ExpectHsCode(RowExpectation):
    """Commodity codes exist in HS 2022."""

    map_metric = "code.hs_known"
    sentence = "The subheading of {first} must exist in HS 2022, in force from {edition_from}."
    edition_from: str


@judged_by(codes.is_declared_hs_code)
class ExpectDeclaredHsCode(RowExpectation):
    """Commodity codes of declarations exist in HS 2022, by regime."""

    map_metric = "code.declared_hs_known"
    sentence = (
        "Under {regimes}, the subheading of {first} must exist in HS 2022, in force from {edition_from}."
    )
    sentence_elsewhere: ClassVar[str] = (
        "Under regimes other than {regimes}, the subheading of {first} should exist in HS 2022, in force from"
        " {edition_from}."
    )
    edition_from: str
    regimes: list[str]
    is_elsewhere: bool = False

    @classmethod
    def sentence_of(cls, kwargs: dict[str, Any]) -> str:
        """One sentence for the regimes named, another for all others."""
        return cls.sentence_elsewhere if kwargs.get("is_elsewhere") else cls.sentence


@judged_by(codes.has_declared_hs_length)
class ExpectDeclaredHsLength(RowExpectation):
    """Commodity codes of declarations have as many digits as the administration's nomenclature."""

    map_metric = "code.declared_hs_length"
    sentence = "{first} must have {lengths} digits under {regimes}, and {national_lengths} digits elsewhere."
    regimes: list[str]
    lengths: list[int]
    national_lengths: list[int]


@judged_by(codes.is_whole_hs_code)
class ExpectWholeHsCode(RowExpectation):
    """Commodity codes of declarations have their statistical part."""

    map_metric = "code.hs_whole"
    sentence = "{first} under {regimes} should have more than {partial_lengths} digits."
    regimes: list[str]
    partial_lengths: list[int]


@judged_by(codes.has_hs_length)
class ExpectHsLength(RowExpectation):
    """Commodity codes have as many digits as the document needs."""

    map_metric = "code.hs_length"
    sentence = "{first} must have {lengths} digits and nothing else."
    lengths: list[int]


@judged_by(codes.is_traded_chapter)
class ExpectTradedChapter(RowExpectation):
    """Commodity codes are of chapters that ordinary trade uses."""

    map_metric = "code.hs_traded_chapter"
    sentence = "The chapter of {first} should not be {chapters}."
    chapters: list[str]


@judged_by(codes.is_node)
class ExpectCorridorNodes(RowExpectation):
    """Places are nodes of the corridor."""

    map_metric = "code.node"
    sentence = "{columns} must be nodes of the corridor."


@judged_by(codes.is_place)
class ExpectKnownPlace(RowExpectation):
    """Places are in UN/LOCODE or an alias of a node."""

    map_metric = "code.place"
    sentence = (
        "{first} must be a place of UN/LOCODE or a name of a node, in countries whose list is complete here."
    )


@judged_by(codes.are_places)
class ExpectKnownPlaces(RowExpectation):
    """Ports and places are in UN/LOCODE or aliases of nodes."""

    map_metric = "code.places"
    sentence = (
        "{columns} should be in UN/LOCODE or aliases of nodes, in countries whose list is complete here."
    )
