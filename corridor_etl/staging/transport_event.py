"""Arrivals and departures of vessels, trains and trucks, by the model alone."""

from __future__ import annotations

from functools import partial

from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Staging

STAGING = Staging(name="transport_event", stage=partial(_by_model.stage, "transport_event"))
