"""Reads one EDIFACT file to staged port events in this process and prints what it took, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from corridor_etl.settings import load_settings
from corridor_etl.sources import sources
from corridor_etl.staging import StagingContext, stage


def main(path: Path) -> None:
    """Rows are staged part by part and let go, as a commit would take them."""
    settings = load_settings()
    sender = settings.sender("ningbo_port")
    context = StagingContext(settings, sender, "0" * 16, datetime.now(UTC))
    stream = sources()["codeco"].stream
    assert stream is not None
    with path.open("rb") as file:
        segments = sum(block.count(b"'") - block.count(b"?'") for block in iter(lambda: file.readline(), b""))
    cpu, wall = time.process_time(), time.perf_counter()
    rows = held = 0
    with path.open("rb") as file:
        for part in stream(file, sender):
            staged = stage("port_event", part, context)
            rows += staged.frame.height
            held += len(part.faults) + len(staged.faults)
    assert rows
    assert not held
    print(json.dumps({
        "segments": segments - 1,  # the service string advice is none
        "rows": rows,
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
