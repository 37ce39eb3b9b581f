"""Expectations about weights, packages and seals."""

from __future__ import annotations

from corridor_etl.quality.checks import weights
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(weights.gross_covers_net)
class ExpectGrossCoversNet(RowExpectation):
    """Gross weight is at least net weight, and net weight is above zero."""

    map_metric = "weight.gross_covers_net"
    sentence = "{first} must be at least {second}, and {second} above zero."


@judged_by(weights.box_is_within)
class ExpectBoxWithin(RowExpectation):
    """Cargo and tare together stay below a limit."""

    map_metric = "weight.box_within"
    sentence = "A container with its cargo must weigh at most {limit_kg} kg ({columns})."
    limit_kg: float
    judged_up_to_kg: float | None = None


@judged_by(weights.tare_is_plausible)
class ExpectPlausibleTare(RowExpectation):
    """Tare weights lie in the band of the size and type."""

    map_metric = "weight.tare_plausible"
    sentence = "{first} should lie in the band of the container's size and type."


@judged_by(weights.load_status_fits)
class ExpectLoadStatusFits(RowExpectation):
    """Laden boxes weigh something and empty ones nothing."""

    map_metric = "weight.load_status_fits"
    sentence = "A laden box must carry at least {laden_from_kg} kg and an empty one nothing ({columns})."
    laden_from_kg: float
    tonnes_below_kg: float


@judged_by(weights.is_in_kilograms)
class ExpectKilograms(RowExpectation):
    """Weights are in kilograms, not in tonnes or grams."""

    map_metric = "weight.in_kilograms"
    sentence = "{first} above zero must lie between {tonnes_below_kg} and {grams_above_kg} kg."
    tonnes_below_kg: float
    grams_above_kg: float


@judged_by(weights.packages_are_plausible)
class ExpectPlausiblePackages(RowExpectation):
    """Laden boxes have packages of a plausible weight."""

    map_metric = "weight.packages_plausible"
    sentence = "A laden box should have packages of {lightest_kg} to {heaviest_kg} kg each ({columns})."
    lightest_kg: float
    heaviest_kg: float


@judged_by(weights.laden_is_sealed)
class ExpectLadenIsSealed(RowExpectation):
    """Laden boxes have a seal."""

    map_metric = "seal.laden_is_sealed"
    sentence = "A laden box must have at least one seal ({columns})."


@judged_by(weights.wagon_is_within)
class ExpectWagonWithin(RowExpectation):
    """The boxes of one wagon stay below what it carries."""

    map_metric = "weight.wagon_within"
    sentence = "Cargo and tare of all boxes of one wagon together should be at most {limit_kg} kg."
    limit_kg: float


@judged_by(weights.masses_agree)
class ExpectMassesAgree(RowExpectation):
    """Verified and stated gross mass agree."""

    map_metric = "weight.masses_agree"
    sentence = "{columns} should differ by no more than {tolerance_share} or {tolerance_kg} kg."
    tolerance_share: float
    tolerance_kg: float


@judged_by(weights.quantity_matches_net)
class ExpectQuantityMatchesNet(RowExpectation):
    """First quantities in kilograms add up to the net weight of the declaration."""

    map_metric = "weight.quantity_matches_net"
    sentence = (
        "First quantities in kilograms should add up to the net weight of the declaration, within {share}."
    )
    share: float


@judged_by(weights.slots_fit)
class ExpectSlotsFit(RowExpectation):
    """Bookings are of at least one container of a possible length."""

    map_metric = "booking.slots_fit"
    sentence = "A booking must be of at least one container, of {shortest_teu} to {longest_teu} TEU each ({columns})."
    shortest_teu: float
    longest_teu: float
