"""Checks of weights, packages and seals of one box, and of what one wagon carries."""

from __future__ import annotations

import polars as pl

from corridor_etl.reference._tables import table

_PLACES = 9
"""Differences, shares and quotients are compared with this many places: what is beyond is left by floating point."""


def _kg(weight: pl.Expr) -> pl.Expr:
    return weight.cast(pl.Float64)


def gross_covers_net(gross: pl.Expr, net: pl.Expr) -> pl.Expr:
    """Gross is at least net and net is above zero; judged where both are stated and not both are zero."""
    is_stated = gross.is_not_null() & net.is_not_null() & ~((_kg(gross) == 0) & (_kg(net) == 0))
    return pl.when(is_stated).then((_kg(gross) >= _kg(net)) & (_kg(net) > 0))


def box_is_within(
    gross: pl.Expr, tare: pl.Expr | None = None, *, limit_kg: float, judged_up_to_kg: float | None = None
) -> pl.Expr:
    """A box with its tare is at most the limit; heavier than ``judged_up_to_kg`` is another rule's matter."""
    total = _kg(gross) if tare is None else _kg(gross) + _kg(tare).fill_null(0.0)
    verdict = total <= limit_kg
    return verdict if judged_up_to_kg is None else pl.when(total <= judged_up_to_kg).then(verdict)


def tare_is_plausible(tare: pl.Expr, size_type: pl.Expr) -> pl.Expr:
    """The empty weight lies in the band of its size and type; judged where the register has a band."""
    bands = table("iso6346_size_type").select("size_type", "tare_min_kg", "tare_max_kg").drop_nulls()
    lowest, highest = (
        size_type.replace_strict(
            bands["size_type"].to_list(),
            bands[column].cast(pl.Float64).to_list(),
            default=None,
            return_dtype=pl.Float64,
        )
        for column in ("tare_min_kg", "tare_max_kg")
    )
    return (_kg(tare) >= lowest) & (_kg(tare) <= highest)


def load_status_fits(
    full_empty: pl.Expr, gross: pl.Expr, *, laden_from_kg: float, tonnes_below_kg: float
) -> pl.Expr:
    """A laden box weighs at least a little and an empty one nothing; weights that look like tonnes are left out."""
    weight = _kg(gross)
    is_judged = weight.is_not_null() & ~((weight > 0) & (weight < tonnes_below_kg) & (full_empty == "F"))
    fits = pl.when(full_empty == "F").then(weight >= laden_from_kg).when(full_empty == "E").then(weight == 0)
    return pl.when(is_judged).then(fits)


def is_in_kilograms(gross: pl.Expr, *, tonnes_below_kg: float, grams_above_kg: float) -> pl.Expr:
    """A weight above zero is neither so small that it must be tonnes nor so large that it must be grams."""
    return pl.when(_kg(gross) > 0).then((_kg(gross) >= tonnes_below_kg) & (_kg(gross) <= grams_above_kg))


def packages_are_plausible(
    full_empty: pl.Expr, packages: pl.Expr, net: pl.Expr, *, lightest_kg: float, heaviest_kg: float
) -> pl.Expr:
    """A laden box has at least one package, and one package weighs no absurd amount."""
    each = pl.when(packages > 0).then((_kg(net) / packages).round(_PLACES))
    is_usual = each.is_between(lightest_kg, heaviest_kg).fill_null(True)
    return pl.when((full_empty == "F") & packages.is_not_null()).then((packages >= 1) & is_usual)


def laden_is_sealed(full_empty: pl.Expr, seals: pl.Expr) -> pl.Expr:
    """A laden box has at least one seal."""
    return pl.when(full_empty == "F").then(seals.fill_null("").str.strip_chars() != "")


def wagon_is_within(
    cargo: pl.Expr, tare: pl.Expr, wagon: pl.Expr, *list_keys: pl.Expr, limit_kg: float
) -> pl.Expr:
    """All boxes of one wagon on one list together are at most what the wagon carries."""
    grams = ((_kg(cargo).fill_null(0.0) + _kg(tare).fill_null(0.0)) * 1000).round().cast(pl.Int64)
    load = grams.sum().over(wagon, *list_keys)
    return pl.when(wagon.is_not_null()).then(load <= int(limit_kg * 1000))


def masses_agree(
    verified: pl.Expr, gross_gross: pl.Expr, *, tolerance_share: float, tolerance_kg: float
) -> pl.Expr:
    """Verified gross mass and stated gross mass differ by no more than a share of it or a fixed amount."""
    allowed = pl.max_horizontal(_kg(verified) * tolerance_share, pl.lit(tolerance_kg))
    difference = (_kg(verified) - _kg(gross_gross)).abs()
    return difference.round(_PLACES) <= allowed.round(_PLACES)


def quantity_matches_net(
    quantity: pl.Expr, unit: pl.Expr, net: pl.Expr, *declaration: pl.Expr, share: float
) -> pl.Expr:
    """First quantities in kilograms add up to the net weight; judged where all items count in kilograms."""
    grams = (_kg(quantity) * 1000).round().cast(pl.Int64).sum().over(*declaration)
    is_all_kg = (unit == "035").fill_null(False).all().over(*declaration)
    net_g = (_kg(net) * 1000).round().cast(pl.Int64)
    # the declared net weight is rounded up to a whole kilogram below one
    return pl.when(is_all_kg & net.is_not_null()).then((grams - net_g).abs() <= net_g * share + 1000)


def slots_fit(containers: pl.Expr, teu: pl.Expr, *, shortest_teu: float, longest_teu: float) -> pl.Expr:
    """At least one container, and slots per container as long as a container can be."""
    each = pl.when(containers > 0).then((teu.cast(pl.Float64) / containers).round(_PLACES))
    return (containers >= 1) & each.is_between(shortest_teu, longest_teu).fill_null(True)
