"""A silent Great Expectations context for runs: nothing on disk, nothing on the network, no bars.

The project that people open in a browser is ``expectations/great_expectations.yml``; this one lives as long as
its thread.
"""

from __future__ import annotations

import threading
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


_of_thread = threading.local()


def whole_frame_batch(frame: pl.DataFrame | pl.LazyFrame) -> Any:
    """The frame as one batch with an engine of its own, of a context of the thread: parallel runs share nothing.

    A lazy one is judged piece by piece.

    Making a context takes a fifth of a second, most of it for writing its configuration as text three times.
    """
    if not hasattr(_of_thread, "definitions"):
        source = silent_context().data_sources.add_polars("staged")
        assets = {
            pl.DataFrame: source.add_dataframe_asset("rows"),
            pl.LazyFrame: source.add_lazyframe_asset("query"),
        }
        _of_thread.definitions = {
            of: asset.add_batch_definition_whole_dataframe("all") for of, asset in assets.items()
        }
    return _of_thread.definitions[type(frame)].get_batch({"dataframe": frame})
