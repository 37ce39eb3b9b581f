"""Slots of stowage plans, by the model alone. A position is never an event."""

from __future__ import annotations

from functools import partial

from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Staging

STAGING = Staging(name="stowage_position", stage=partial(_by_model.stage, "stowage_position"))
