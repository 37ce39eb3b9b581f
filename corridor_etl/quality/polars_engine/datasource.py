"""The fluent data source: ``context.data_sources.add_polars(name)`` with assets for frames and Parquet files.

Every batch gets an execution engine of its own, so that validations that run at the same time, even on one data
source, cannot see each other's frames or metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pprint import pformat
from typing import Any, ClassVar, Literal

import great_expectations.exceptions as gx_exceptions
import polars as pl
from great_expectations.compatibility import pydantic
from great_expectations.core import IDDict
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.batch_identifier_util import make_batch_identifier
from great_expectations.datasource.fluent.constants import _DATA_CONNECTOR_NAME
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource, TestConnectionError
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

EngineType = type[PolarsExecutionEngine]


class _PolarsAsset(DataAsset):
    """What all assets share: one batch, made from a frame."""

    def test_connection(self) -> None:
        """Nothing to connect to."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:
        """The names a batch is asked for with."""
        return ()

    def get_batch_identifiers_list(self, batch_request: BatchRequest) -> list[dict[str, Any]]:
        """One batch per request."""
        return [IDDict(batch_request.options)]

    def build_batch_request(
        self, options: Mapping[str, Any] | None = None, batch_slice: Any = None, partitioner: Any = None
    ) -> BatchRequest:
        """The request of this asset's one batch; ``BuildBatchRequestError`` for parameters it does not have."""
        if batch_slice is not None or partitioner is not None:
            what = "batch_slice" if batch_slice is not None else "partitioner"
            raise BuildBatchRequestError(
                message=f"{what} is not currently supported for this DataAsset and must be None."
            )
        request = BatchRequest(
            datasource_name=self.datasource.name, data_asset_name=self.name, options=dict(options or {})
        )
        self._check_options(request.options)
        return request

    def _validate_batch_request(self, batch_request: BatchRequest) -> None:
        named = (batch_request.datasource_name, batch_request.data_asset_name)
        try:
            if named != (self.datasource.name, self.name):
                raise BuildBatchRequestError(message=f"the request is for {named}")
            self._check_options(batch_request.options)
        except BuildBatchRequestError as error:
            raise gx_exceptions.InvalidBatchRequestError(
                f"BatchRequest does not fit asset {self.name}: {error}\n{pformat(batch_request.dict())}"
            ) from error

    def _check_options(self, options: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _frame(self, options: Mapping[str, Any]) -> pl.DataFrame | pl.LazyFrame:
        raise NotImplementedError

    def get_batch(self, batch_request: BatchRequest) -> Batch:
        """The batch, with an execution engine that serves no other."""
        self._validate_batch_request(batch_request)
        spec = RuntimeDataBatchSpec(batch_data=self._frame(batch_request.options))
        data, markers = self.datasource.new_execution_engine().get_batch_data_and_markers(batch_spec=spec)
        definition = LegacyBatchDefinition(
            datasource_name=self.datasource.name,
            data_connector_name=_DATA_CONNECTOR_NAME,
            data_asset_name=self.name,
            batch_identifiers=make_batch_identifier(batch_request.options),
            batch_spec_passthrough=None,
        )
        metadata = self._get_batch_metadata_from_batch_request(batch_request, ignore_options=("dataframe",))
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            metadata=metadata,
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=definition,
        )


class _FrameAsset(_PolarsAsset):
    """A frame handed over with each request, under the name ``dataframe``."""

    _frame_type: ClassVar[Any] = pl.DataFrame

    class Config:
        extra = pydantic.Extra.forbid

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:
        """The names a batch is asked for with."""
        return ("dataframe",)

    def _check_options(self, options: Mapping[str, Any]) -> None:
        if set(options) != {"dataframe"}:
            raise BuildBatchRequestError(message="options must contain exactly 1 key, 'dataframe'.")
        if not isinstance(options["dataframe"], self._frame_type):
            found = type(options["dataframe"])
            raise BuildBatchRequestError(
                message=f"options['dataframe'] must be a polars.{self._frame_type.__name__}, not "
                f"{found.__module__}.{found.__name__}."
            )

    def _frame(self, options: Mapping[str, Any]) -> pl.DataFrame | pl.LazyFrame:
        frame: pl.DataFrame | pl.LazyFrame = options["dataframe"]
        return frame

    def add_batch_definition_whole_dataframe(self, name: str) -> BatchDefinition:
        """A batch definition of the whole frame."""
        return self.add_batch_definition(name=name, partitioner=None)


class DataFrameAsset(_FrameAsset):
    """Rows in memory: a ``polars.DataFrame``."""

    type: Literal["dataframe"] = "dataframe"


class LazyFrameAsset(_FrameAsset):
    """A query: a ``polars.LazyFrame``, run by the streaming engine and never held as a whole."""

    type: Literal["lazyframe"] = "lazyframe"
    _frame_type: ClassVar[Any] = pl.LazyFrame


class ParquetAsset(_PolarsAsset):
    """Parquet files, scanned: a path, a folder or a pattern, local or in a store that Polars reads."""

    type: Literal["parquet"] = "parquet"
    path: str
    hive_partitioning: bool | None = None

    class Config:
        extra = pydantic.Extra.forbid

    def test_connection(self) -> None:
        """Reads the schema; ``TestConnectionError`` where there is none to read."""
        try:
            self._frame({}).collect_schema()
        except Exception as error:
            raise TestConnectionError(f"Cannot read Parquet at {self.path}: {error}") from error

    def _check_options(self, options: Mapping[str, Any]) -> None:
        if options:
            raise BuildBatchRequestError(
                message=f"asset {self.name} is read from {self.path} and has no parameters"
            )

    def _frame(self, options: Mapping[str, Any]) -> pl.LazyFrame:
        return pl.scan_parquet(self.path, hive_partitioning=self.hive_partitioning)

    def add_batch_definition_whole_table(self, name: str) -> BatchDefinition:
        """A batch definition of all files."""
        return self.add_batch_definition(name=name, partitioner=None)


class PolarsDatasource(Datasource):
    """A data source whose assets are Polars frames and Parquet files."""

    asset_types: ClassVar[list[Any]] = [DataFrameAsset, LazyFrameAsset, ParquetAsset]

    type: Literal["polars"] = "polars"
    assets: list[DataFrameAsset | LazyFrameAsset | ParquetAsset] = []  # noqa: RUF012 - a field of a pydantic model, which copies it

    @property
    def execution_engine_type(self) -> EngineType:
        """The engine that runs this data source's batches."""
        return PolarsExecutionEngine

    def new_execution_engine(self) -> PolarsExecutionEngine:
        """An engine that shares nothing with another."""
        return PolarsExecutionEngine()

    def test_connection(self, test_assets: bool = True) -> None:
        """Tests the assets; frames have nothing to connect to."""
        for asset in self.assets if test_assets else ():
            asset.test_connection()

    def add_dataframe_asset(self, name: str, batch_metadata: dict[str, Any] | None = None) -> DataFrameAsset:
        """Adds an asset whose batches are ``polars.DataFrame`` objects."""
        return self._add_asset(DataFrameAsset(name=name, batch_metadata=batch_metadata or {}))

    def add_lazyframe_asset(self, name: str, batch_metadata: dict[str, Any] | None = None) -> LazyFrameAsset:
        """Adds an asset whose batches are ``polars.LazyFrame`` objects."""
        return self._add_asset(LazyFrameAsset(name=name, batch_metadata=batch_metadata or {}))

    def add_parquet_asset(
        self,
        name: str,
        path: str | Path,
        hive_partitioning: bool | None = None,
        batch_metadata: dict[str, Any] | None = None,
    ) -> ParquetAsset:
        """Adds an asset that scans Parquet files at ``path``."""
        asset = ParquetAsset(
            name=name,
            path=str(path),
            hive_partitioning=hive_partitioning,
            batch_metadata=batch_metadata or {},
        )
        return self._add_asset(asset)
