"""Brings incidents to what the ledger says and queues their one mail to the operators.

Every job that can cause or end one calls this when it is done. The ledger tells what stands, so a look that was missed
is made up for by the next, whoever calls it. What an incident is belongs to ``warehouse.incidents``, how the mail reads
to ``delivery.notice``, sending it to ``deliver``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from corridor_etl.clock import now_utc
from corridor_etl.errors import CorridorError
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import HELD_BATCH, Cause, Looked, OutboxRow, Warehouse

log = logging.getLogger(__name__)


def look(held: Mapping[str, str] | None = None) -> Looked:
    """Opens, counts and resolves incidents, and queues a mail about those that are new.

    ``held``: files whose batch was held just now, and why. ``AddressRefused`` where an operator may not be written to:
    the incidents are recorded all the same, and no mail is queued.
    """
    settings, at_utc = load_settings(), now_utc()
    causes = [Cause(HELD_BATCH, name, said, at_utc) for name, said in (held or {}).items()]
    with Warehouse.open(settings=settings) as warehouse:
        looked = warehouse.incidents.look(causes)
        warehouse.incidents.notify(lambda new: _notices(new, settings, warehouse.home, at_utc))
    return looked


def _notices(
    incidents: Sequence[Mapping[str, Any]], settings: Settings, home: Path, at_utc: datetime
) -> list[OutboxRow]:
    if not settings.operators.addresses:
        return []
    from corridor_etl.delivery.notice import put_notices  # brings all that renders issues with it

    return put_notices(incidents, settings, home, at_utc)


def look_after(held: Mapping[str, str] | None = None) -> None:
    """The same at the end of a job, whose work is done: what goes wrong is logged, and left to the next look."""
    try:
        looked = look(held)
    except (CorridorError, OSError) as error:
        log.error("the incidents are not up to date: %s", error)
        return
    for what in ("opened", "resolved"):
        if keys := getattr(looked, what):
            log.warning("incidents %s: %s", what, ", ".join(keys[:10]))
