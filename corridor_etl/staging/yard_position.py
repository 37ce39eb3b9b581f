"""Positions in a yard: what was put and not pulled stands there."""

from __future__ import annotations

from corridor_etl.sources import RawFile
from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Positions with ``is_in_yard``: there is a put and no pull."""
    desk = Desk(raw, context)
    desk.put("is_in_yard", desk.cell("put_ref").is_not_null() & desk.cell("pull_ref").is_null())
    return _by_model.fill(desk, "yard_position").staged("yard_position")


STAGING = Staging(name="yard_position", stage=stage)
