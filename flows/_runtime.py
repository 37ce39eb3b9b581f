"""What the flows share: parameter types that the server checks, the retry rule, the scheduled time.

The order of a flow's steps belongs to its own file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from prefect import runtime
from prefect.cache_policies import NO_CACHE
from pydantic import AfterValidator, Field

from corridor_etl.errors import CorridorError, TransientError
from corridor_etl.reference.calendar import monday, parse_range

WEEK_PATTERN = r"^[0-9]{4}-W[0-9]{2}$"
RANGE_PATTERN = r"^[0-9]{4}-W[0-9]{2}(:[0-9]{4}-W[0-9]{2})?$"


def _checked_by(parse: Callable[[str], object]) -> AfterValidator:
    """Turns the calendar's refusal into one that pydantic reports beside the parameter."""

    def checked(text: str) -> str:
        try:
            parse(text)
        except CorridorError as error:
            raise ValueError(error.message) from error
        return text

    return AfterValidator(checked)


# The pattern must come before the validator, or it is missing from the schema and so from the server's check.
Week = Annotated[str, Field(pattern=WEEK_PATTERN, examples=["2025-W24"]), _checked_by(monday)]
WeekRange = Annotated[
    str, Field(pattern=RANGE_PATTERN, examples=["2025-W09:2025-W24"]), _checked_by(parse_range)
]
Reason = Annotated[str, Field(min_length=3, max_length=200, examples=["late customs files"])]


def is_transient(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect's question whether a failed task is worth another try: only for errors that may pass."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


# For every task: inputs are frames or paths whose content changes, so nothing may be answered from a cache.
RETRIED: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": [5, 30, 120],
    "retry_jitter_factor": 0.3,
    "retry_condition_fn": is_transient,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


def scheduled_start() -> datetime:
    """When this flow run was meant to start; it stays the same however late the run is."""
    return datetime.fromisoformat(runtime.flow_run.scheduled_start_time.isoformat())


def parameter(name: str) -> Any:
    """A parameter of the current flow run, None where it was not given."""
    return runtime.flow_run.parameters.get(name)
