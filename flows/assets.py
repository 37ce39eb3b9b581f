"""Assets of the flows and where they come from: the inbox of a source, the tables of the lake, the marts, issues.

They show in a server what a run has made of what. A task tells them once the work is done, so a file that was known or
an issue that is held makes none. The record is the ledger, where ``corridor explain`` walks back row by row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prefect.assets import add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE

if TYPE_CHECKING:  # each flow imports what it does; assets of the others' work must not cost it their imports
    from corridor_etl.jobs.ingest import BatchResult
    from corridor_etl.jobs.trays import Origins
    from corridor_etl.jobs.weekly import IssueResult

MARTS = "corridor://marts"
_NOT_IN_KEYS = re.compile("[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Made:
    """Assets ``keys`` were made of the assets ``of``; ``said`` is kept with each of them."""

    keys: Sequence[str]
    of: Sequence[str]
    said: Mapping[str, Any]


def of_batch(result: BatchResult, origins: Origins) -> list[Made]:
    """Lake and marts, of the inbox; nothing where nothing was committed."""
    if result.snapshot is None or not origins.kinds:
        return []
    said = {"snapshot": result.snapshot, "rows_loaded": result.total("rows_loaded")}
    sources = [key_of("inbox", source) for source in origins.sources]
    return [Made([*(key_of("lake", kind) for kind in origins.kinds), MARTS], sources, said)]


def of_issue(issue: IssueResult) -> list[Made]:
    """The issue of an edition, of the marts; nothing where none came out just now."""
    if not issue.state.startswith("published"):
        return []
    said = {"week": issue.week, "state": issue.state, "page": str(issue.page)}
    return [Made([key_of("issue", issue.edition)], [MARTS], said)]


def key_of(place: str, name: str) -> str:
    """``corridor://lake/port_event``; characters that Prefect's keys may not have become underlines."""
    return f"corridor://{place}/{_NOT_IN_KEYS.sub('_', name)}"


def tell(made: Sequence[Made]) -> None:
    """Tells the server, from within a flow run."""
    for one in made:
        task = materialize(
            *one.keys,
            name="tell assets",
            asset_deps=list(one.of),
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        task(_with_metadata)(one.keys, one.said)


def _with_metadata(keys: Sequence[str], said: Mapping[str, Any]) -> None:
    for key in keys:
        add_asset_metadata(key, dict(said))
