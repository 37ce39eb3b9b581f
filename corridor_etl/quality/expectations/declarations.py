"""Expectations about customs declaration numbers."""

from __future__ import annotations

from corridor_etl.quality.checks import declarations
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(declarations.has_cn_shape)
class ExpectDeclarationNumberCn(RowExpectation):
    """Chinese declaration numbers have eighteen digits with year and flag."""

    map_metric = "declaration_number.cn_shape"
    sentence = "{first} under the Chinese regime must be eighteen digits: office, year, 0 or 1, serial."


@judged_by(declarations.cn_flag_agrees)
class ExpectDeclarationFlagCn(RowExpectation):
    """The flag inside a Chinese declaration number agrees with the flag beside it."""

    map_metric = "declaration_number.cn_flag"
    sentence = "The ninth digit of {first} must be 0 for an export and 1 for an import."


@judged_by(declarations.cn_year_agrees)
class ExpectDeclarationYearCn(RowExpectation):
    """The year inside a Chinese declaration number is the year of acceptance."""

    map_metric = "declaration_number.cn_year"
    sentence = (
        "Digits five to eight of {first} must be the year of acceptance, or the year before until"
        " {grace_days_in_january} January."
    )
    grace_days_in_january: int
    earliest_on: str


@judged_by(declarations.has_eaeu_shape)
class ExpectDeclarationNumberEaeu(RowExpectation):
    """Eurasian declaration numbers are office/DDMMYY/serial."""

    map_metric = "declaration_number.eaeu_shape"
    sentence = (
        "{first} under the Eurasian regime must be office/DDMMYY/serial with a true date, or the document's own"
        " identifier."
    )


@judged_by(declarations.eaeu_date_agrees)
class ExpectDeclarationDateEaeu(RowExpectation):
    """The date inside a Eurasian declaration number is the date of registration."""

    map_metric = "declaration_number.eaeu_date"
    sentence = "The date inside {first} must be the date of registration."
