"""Parses one EDIFACT file with pydifact in this process and prints what it took, as JSON. Needs nothing else."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(path: Path) -> None:
    """Every segment of the interchange as the peer's own object."""
    from pydifact.segmentcollection import Interchange

    text = path.read_text(encoding="ascii")
    cpu, wall = time.process_time(), time.perf_counter()
    segments = len(Interchange.from_str(text).segments)
    spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    print(json.dumps({"segments": segments, **spent}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
