"""As a program: one run of the flow ``ingest`` by the environment, and what it left, pickled into a file."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from corridor_etl.jobs.handover import staging
from corridor_etl.settings import home
from flows.ingest import ingest
from tests.machines.remains import remains

if __name__ == "__main__":
    file, week = Path(sys.argv[1]), sys.argv[2] or None
    print(ingest().line(), flush=True)
    found = remains(home(), week)
    file.write_bytes(pickle.dumps((found, [entry.name for entry in staging().listed()])))
