"""The work of a flow run without Prefect: ``CORRIDOR_HOME`` ingested by a process that has imported all it needs.

Prints its wall time and CPU, and the CPU of importing what a flow run imports, Prefect included.
"""

from __future__ import annotations

import json
import time


def main() -> None:
    """Imports, then ingests the inbox."""
    began = time.process_time()
    import flows.ingest  # noqa: F401 - what a flow run imports
    from corridor_etl.jobs.ingest import ingest

    imported, wall = time.process_time(), time.perf_counter()
    result = ingest()
    told = {
        "import_cpu_s": imported - began,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - imported,
        "rows": result.total("rows_read"),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
