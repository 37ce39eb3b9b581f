"""Goods lines of transport documents and cargo reports, by the model alone."""

from __future__ import annotations

from functools import partial

from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Staging

STAGING = Staging(name="consignment", stage=partial(_by_model.stage, "consignment"))
