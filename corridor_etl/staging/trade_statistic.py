"""Published trade statistics, by the model alone."""

from __future__ import annotations

from functools import partial

from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Staging

STAGING = Staging(name="trade_statistic", stage=partial(_by_model.stage, "trade_statistic"))
