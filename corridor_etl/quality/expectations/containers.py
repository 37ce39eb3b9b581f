"""Expectations about container numbers (ISO 6346)."""

from __future__ import annotations

from typing import Any

from corridor_etl.quality.checks import containers
from corridor_etl.quality.expectations._row import RowExpectation, judged_by


@judged_by(containers.has_shape)
class ExpectContainerNumberShape(RowExpectation):
    """Container numbers are three letters, U, J or Z, and seven digits."""

    map_metric = "container_number.shape"
    sentence = "{first} must be three letters, U, J or Z, and seven digits."


@judged_by(containers.has_check_digit)
class ExpectContainerCheckDigit(RowExpectation):
    """Container numbers end with their check digit."""

    map_metric = "container_number.check_digit"
    sentence = "{first} must end with the check digit of its first ten characters."


@judged_by(containers.is_advised_serial)
class ExpectContainerSerialAdvised(RowExpectation):
    """Container numbers do not leave remainder 10."""

    map_metric = "container_number.advised_serial"
    sentence = "The check sum of {first} should not leave remainder 10, which is written as check digit 0."


@judged_by(containers.is_freight_container)
class ExpectFreightContainerCategory(RowExpectation):
    """Container numbers belong to the category of freight containers."""

    map_metric = "container_number.freight_category"
    sentence = "The fourth letter of {first} should be U."


@judged_by(containers.all_valid)
class ExpectListedContainersValid(RowExpectation):
    """Every container number of a list has the right shape and check digit."""

    map_metric = "container_number.listed_valid"
    sentence = "Every number in {first} should have the right shape and check digit."


@judged_by(containers.has_known_owner)
class ExpectKnownOwner(RowExpectation):
    """Container numbers begin with an owner the operator knows."""

    map_metric = "container_number.known_owner"
    sentence = (
        "The owner in {first} should be one of {owner_prefixes}; without such a list nothing is judged."
    )
    owner_prefixes: list[str] | dict[str, Any]


@judged_by(containers.is_marked_rightly)
class ExpectNonIsoMarked(RowExpectation):
    """Boxes without an ISO number are marked so, and only they."""

    map_metric = "container_number.non_iso_marked"
    sentence = (
        "{first} should be no ISO number where the list marks the box, and eight digits should be marked."
    )
