"""Corrections as data: known errors of a provider, mended between staging and validation, until the source is.

A correction is an entry of ``expectations/corrections/*.toml``, one file per provider or topic::

    [[corrections]]
    id = "BK-2025-TEU"                    # unique; what reports and findings call it
    kind = "booking"                      # the record kind
    action = "override"                   # drop | override | scale | flag
    reason = "the desk writes nought where one 45-foot box is booked"
    author = "data team"
    provider = "booking desk"             # who must mend it
    reported_on = 2025-03-10
    expires_on = 2025-06-30               # last day, on the calendar of the report's zone
    status = "active"                     # proposed | active | retired
    values = { teu = "2.25" }             # override; clear = ["train_no"] empties cells; scale: factors = {...}

    [corrections.match]                   # all of it must hold
    sender = "booking_desk"
    files = ["booking_desk/2025-0[34]-*"]
    columns = { service_id = "YIN-ALA", departure_on_local = { from = 2025-03-01, to = 2025-04-30 } }

    [corrections.expect]                  # the guard
    columns = { teu = 0 }
    rows_at_most = 40

Every key is explained in ``docs/corrections.md``. Rules that judge rows belong to ``expectations/suites``; a row that
corrects an earlier record is the sender's own correction and belongs to ``warehouse.versions``.
"""

from corridor_etl.quality.corrections._effects import (
    EFFECT_SCHEMA,
    FINDING_SCHEMA,
    GUARD,
    GUARD_RULES,
)
from corridor_etl.quality.corrections._judgement import PASSED, Delivered
from corridor_etl.quality.corrections._typed import Correction
from corridor_etl.quality.corrections.application import Corrected, corrected
from corridor_etl.quality.corrections.files import (
    Corrections,
    corrections_folder,
    load_corrections,
    read_corrections,
)

__all__ = [
    "EFFECT_SCHEMA",
    "FINDING_SCHEMA",
    "GUARD",
    "GUARD_RULES",
    "PASSED",
    "Corrected",
    "Correction",
    "Corrections",
    "Delivered",
    "corrected",
    "corrections_folder",
    "load_corrections",
    "read_corrections",
]
