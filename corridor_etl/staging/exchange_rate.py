"""Exchange rates of one day, by the model alone."""

from __future__ import annotations

from functools import partial

from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Staging

STAGING = Staging(name="exchange_rate", stage=partial(_by_model.stage, "exchange_rate"))
