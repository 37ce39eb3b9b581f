"""A fresh, silent Great Expectations context for one run: nothing on disk, nothing on the network, no bars.

The project that people open in a browser is ``expectations/great_expectations.yml``; this one only lives for a call.
"""

from __future__ import annotations

from typing import Any

import great_expectations
import polars as pl
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

import corridor_etl.quality.polars_engine  # noqa: F401 - adds the data source


def silent_context() -> Any:
    """An ephemeral context that reports to nobody."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return great_expectations.get_context(mode="ephemeral", project_config=config)


def whole_frame_batch(frame: pl.DataFrame) -> Any:
    """The frame as one batch of a context and a data source of its own, so that parallel runs share nothing."""
    asset = silent_context().data_sources.add_polars("staged").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
