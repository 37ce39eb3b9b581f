"""Flow ``maintenance``: housekeeping every night, one task per step.

A step that fails does not stop the others; the run fails at its end and names it. What a step does belongs to
``corridor_etl.jobs.maintenance``.
"""

from __future__ import annotations

from typing import Annotated

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.states import State
from pydantic import AfterValidator, Field

from corridor_etl.jobs.maintenance import STEPS, StepResult, failed, require_done, run_step
from flows._runtime import RETRIED, parameter


def _known(name: str) -> str:
    if name not in STEPS:
        raise ValueError(f"there is no step '{name}'; there are {', '.join(STEPS)}")
    return name


STEP_PATTERN = f"^({'|'.join(STEPS)})$"
Step = Annotated[str, Field(pattern=STEP_PATTERN, examples=["sweep"]), AfterValidator(_known)]
STEP_SECONDS = 4 * 3600


def run_name() -> str:
    """``maintenance``, and which steps were named."""
    return " ".join(["maintenance", *(parameter("steps") or [])])


@task(task_run_name="{name}", timeout_seconds=STEP_SECONDS, **RETRIED)
def step(name: str) -> str:
    """Does one step and says what it did."""
    return run_step(name)


@flow(name="maintenance", flow_run_name=run_name, persist_result=False)
def maintenance(steps: list[Step] | None = None) -> list[StepResult]:
    """Compaction, retention, old snapshots, sweep, archive checksums, balances, validation pages and site.

    Args:
        steps: Only these steps, in their usual order; all of them if empty.
    """
    wanted = [name for name in STEPS if not steps or name in steps]
    results = [_result(name, step(name, return_state=True)) for name in wanted]
    log = get_run_logger()
    for result in results:
        (log.info if result.is_done else log.error)(f"{result.step}: {result.told}")
    rows = [{"step": r.step, "state": "done" if r.is_done else "failed", "what": r.told} for r in results]
    done = sum(result.is_done for result in results)
    create_table_artifact(table=rows, key="maintenance", description=f"{done} of {len(rows)} steps done")
    require_done(results)
    return results


def _result(name: str, state: State[str]) -> StepResult:
    if state.is_completed():
        return StepResult(name, True, state.result())
    error = state.result(raise_on_failure=False)
    return failed(name, error if isinstance(error, BaseException) else RuntimeError(state.message))
