"""Expectations about numbers of stations, trains, firms and persons.

The numbers of firms and persons are not repeated in results: a failure says how long they are.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.quality.checks import numbers
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(numbers.are_stations)
class ExpectStationCheckDigit(RowExpectation):
    """Six-digit stations of the 1520 network end with their check digit."""

    map_metric = "station_number.check_digit"
    sentence = "{columns}, where written with six digits, must end with the check digit."


@judged_by(numbers.is_train_index)
class ExpectTrainIndex(RowExpectation):
    """Trains of the 1520 network are named by their index."""

    map_metric = "train_number.index"
    sentence = "{first}, where filled, should be like 9999-999-9999."


class _Confidential(RowExpectation):
    map_metric = ""

    @classmethod
    def observed(cls, columns: list[str]) -> pl.Expr:
        """How long each filled number is, because whose it is belongs to nobody who reads results."""
        said = [
            pl.concat_str(pl.lit(f"{c}: "), pl.col(c).str.len_chars().cast(pl.String), pl.lit(" characters"))
            for c in columns
        ]
        return pl.concat_str(said, separator=", ", ignore_nulls=True)


@judged_by(numbers.are_credit_codes)
class ExpectCreditCode(_Confidential):
    """Firms in China are named by their social credit code."""

    map_metric = "firm_number.uscc"
    sentence = "{columns}, where filled, should be 18 characters with the right check character."


@judged_by(numbers.are_bin_iin)
class ExpectBinIin(_Confidential):
    """Firms and persons in Kazakhstan are named by BIN or IIN."""

    map_metric = "firm_number.bin_iin"
    sentence = "{columns}, where filled, should be twelve digits with the right check digit."
