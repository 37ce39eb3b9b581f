"""Expectations about wagon and ship numbers."""

from __future__ import annotations

from corridor_etl.quality.checks import wagons
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(wagons.has_check_digit_1520)
class ExpectWagonCheckDigit1520(RowExpectation):
    """Eight-digit wagon numbers end with their check digit."""

    map_metric = "wagon_number.check_digit_1520"
    sentence = "{first}, where it has eight digits, must end with the check digit of the first seven."


@judged_by(wagons.has_check_digit_uic)
class ExpectWagonCheckDigitUic(RowExpectation):
    """Twelve-digit wagon numbers end with their check digit."""

    map_metric = "wagon_number.check_digit_uic"
    sentence = "{first}, where it has twelve digits, must end with the check digit of Luhn's formula."


@judged_by(wagons.is_container_wagon_1520)
class ExpectContainerWagon1520(RowExpectation):
    """Eight-digit wagon numbers belong to wagons that carry containers."""

    map_metric = "wagon_number.container_wagon_1520"
    sentence = "{first}, where it has eight digits, should start with {first_digits}."
    first_digits: list[str]


@judged_by(wagons.is_known_system)
class ExpectWagonNumberSystem(RowExpectation):
    """Wagon numbers have seven, eight or twelve digits."""

    map_metric = "wagon_number.known_system"
    sentence = "{first} should be seven, eight or twelve digits."


@judged_by(wagons.fits_gauge)
class ExpectWagonFitsGauge(RowExpectation):
    """Wagon numbers belong to the network of the first leg."""

    map_metric = "wagon_number.fits_gauge"
    sentence = (
        "{first} must have seven digits where the train starts in China and eight where it starts on 1520 mm."
    )


@judged_by(wagons.has_imo_check_digit)
class ExpectImoCheckDigit(RowExpectation):
    """Ship numbers end with their check digit."""

    map_metric = "ship_number.imo_check_digit"
    sentence = "{first}, where it is a ship number, should end with its check digit."
