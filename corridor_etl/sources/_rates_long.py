"""Long files of exchange rates: date, currency, base currency, rate, and for how many units."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._rates import NO_RATE, missing, versioned
from corridor_etl.sources._source import RawFile
from corridor_etl.sources._statistics import first_of

LAYOUT = Layout(
    name="rates_csv",
    spellings={
        "rate_date": "rate_on",
        "date": "rate_on",
        "日期": "rate_on",
        "дата": "rate_on",
        "currency": "currency",
        "currency_code": "currency",
        "base": "currency",
        "币种": "currency",
        "валюта": "currency",
        "base_currency": "base_currency",
        "quote": "base_currency",
        "quote_currency": "base_currency",
        "rate": "rate",
        "value": "rate",
        "汇率": "rate",
        "курс": "rate",
        "units": "units",
        "nominal": "units",
        "quant": "units",
        "номинал": "units",
        "source": "source_id",
        "rate_type": "rate_type",
        "observed_at": "observed_at",
    },
    mandatory=("rate_on", "currency", "rate"),
)


def read(data: bytes, sender: Sender | None) -> RawFile:
    """Every row with a rate; ``base`` is the currency priced where ``quote`` is the one it is priced in.

    Rows whose rate is a word for none are faults: a line was sent and is no record.
    """
    raw = _delimited.read(LAYOUT, data, sender, decimal_mark=_mark(sender))
    names = raw.frame.columns
    if raw.frame.height and raw.frame["base_currency"].is_null().all():
        raise FileRejected(
            "SCHEMA", "no column says in which currency the rates are", expected="base_currency, or base and quote",
            fix="Ask the publisher for that column.",
        )  # fmt: skip
    publisher = first_of("source_id", among=names).fill_null(sender.id if sender else "unstated")
    rated = raw.frame.with_columns(
        source_id=pl.concat_str(
            [publisher, first_of("rate_type", among=names)], separator=" ", ignore_nulls=True
        ),
        units=first_of("units", among=names).fill_null("1"),
        rate=pl.when(~pl.col("rate").str.strip_chars().str.to_lowercase().is_in(list(NO_RATE))).then("rate"),
    )
    frame, findings = versioned(rated)
    none = frame["rate"].null_count()
    return replace(raw, frame=frame, findings=(*raw.findings, *findings, *missing(none, [])))


def _mark(sender: Sender | None) -> str:
    return (sender.dialect.decimal_mark if sender else None) or "."
