"""A turn of the scaling benchmark: the issues of a week in all editions and languages, rendered here or by workers."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks._scaling_child import Watch, seconds_of, warm
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.issue_plans import Wanted, in_turn, plan_of
from corridor_etl.jobs.issue_versions import contexts
from corridor_etl.jobs.press import HERE, Press, SharedPress
from corridor_etl.jobs.render_orders import RenderOrder
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.editions import WEEKLY, edition_names
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse

WARM, WEEK = "2025-W09", "2025-W10"
NOW = "2025-06-02T01:00:00+00:00"


def alone() -> dict[str, float]:
    """Everything in this process."""
    return {**_published([WEEKLY], HERE, "one"), **_published(_OTHERS, HERE, "others")}


def by_workers(number: int) -> dict[str, float]:
    """Workers render, this process does the rest."""
    with warm(number, _an_order().filled) as client:
        press = SharedPress(lambda given: client.submit(given.filled, pure=False))
        before = seconds_of(client)
        told = _published([WEEKLY], press, "one")
        between = seconds_of(client)
        told |= {"one_workers_cpu_s": between - before}
        told |= _published(_OTHERS, press, "others")
        return told | {"others_workers_cpu_s": seconds_of(client) - between}


_OTHERS = [name for name in edition_names() if name != WEEKLY]


def _published(editions: list[str], press: Press, name: str) -> dict[str, float]:
    watch = Watch()
    for one in in_turn([Wanted(WEEK, edition) for edition in editions], press):
        issue = publish_week(one.week, edition_id=one.edition, press=press)
        assert issue.page, issue.line()
    return watch.told(name)


def _an_order() -> RenderOrder:
    """What a worker imports, compiles and draws first is no part of a rate."""
    settings = load_settings()
    with Warehouse.open() as warehouse:
        plan = plan_of(Wanted(WEEK), warehouse.listed_issues(), warehouse, settings)
        assert plan is not None
        return RenderOrder.of(contexts(plan, warehouse, settings)[:1])


def main(workers: int) -> None:
    """Prints what the turn took as JSON."""
    with tempfile.TemporaryDirectory() as name:
        store = f"{os.environ['CORRIDOR_STORE_URL']}/issues-{workers}"
        os.environ.update(CORRIDOR_HOME=name, CORRIDOR_NOW=NOW, CORRIDOR_STORE_URL=store)
        simulate(Path(name), parse_range(f"{WARM}:{WEEK}"), seed=1, faults=False, settings=load_settings())
        ingest()
        for edition in edition_names():
            publish_week(WARM, edition_id=edition)
        print(json.dumps(by_workers(workers) if workers else alone()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
