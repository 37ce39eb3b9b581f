"""As a program: flows by the environment, from the inbox to the issues of a week, and what they left, pickled into a file.

The weekly issue is left for the backfill, so that both flows have something to render.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from corridor_etl.jobs.handover import staging
from corridor_etl.reports.editions import WEEKLY, edition_names
from corridor_etl.settings import home
from flows.backfill import backfill
from flows.ingest import ingest
from flows.weekly_reports import weekly_reports
from tests.machines.remains import remains

if __name__ == "__main__":
    file, week = Path(sys.argv[1]), sys.argv[2]
    told = [ingest().line()]
    print(told[0], flush=True)
    told += [issue.line() for issue in weekly_reports(week, [n for n in edition_names() if n != WEEKLY])]
    told.append(backfill(week, "the weekly issue lacks", mode="all"))
    found = remains(home(), week, edition_names())
    file.write_bytes(pickle.dumps((told, found, [entry.name for entry in staging().listed()])))
