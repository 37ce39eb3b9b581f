"""The program on a disk that is really full: a small file system in memory, in a name space of its own.

``python -m tests.faults.full_disk`` mounts it, fills it, runs a batch of bookings into it, makes room, runs again, and
prints what happened as JSON. Rows are judged by nobody here: what is looked at is archive, lake and database.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB = 1 << 20
SIZE = "24m"


def outcome() -> dict[str, Any]:
    """What :func:`_on_small_disk` found, run in a name space where mounting is allowed; ``refused`` where it is not."""
    folder = Path(tempfile.mkdtemp(prefix="full"))
    try:
        run = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
             'mount -t tmpfs -o size="$1" none "$2" || exit 77; exec "$3" -m tests.faults.full_disk "$2"',
             "sh", SIZE, str(folder), sys.executable],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        return {"refused": str(error)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if run.returncode == 77 or "unshare" in run.stderr:
        return {"refused": run.stderr.strip()}
    if run.returncode:
        raise RuntimeError(run.stdout + run.stderr)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _on_small_disk(home: Path) -> dict[str, Any]:
    from corridor_etl.warehouse import Warehouse
    from tests.faults.bookings import batch_of

    content = bytes(range(256)) * 8
    with Warehouse.open(home) as warehouse:
        warehouse.publish(batch_of("first"), {}, base=0)
        before = _seen(warehouse)
        said = {}
        for room_bytes in (0, 16_384, 65_536, 262_144):
            _fill(home, room_bytes)
            for name, work in _works(warehouse, content, batch_of("second", rows=20_000)).items():
                said[f"{name} with {room_bytes} bytes"] = _error_of(work)
            (home / "filler").unlink()
        unchanged = _seen(warehouse) == before
        warehouse.archive.put(content)
        snapshot = warehouse.publish(batch_of("second", rows=20_000), {}, base=1)
        rows = warehouse.rows("booking").height
    left = sorted(p.name for p in home.rglob("*.tmp"))
    return {"said": said, "unchanged": unchanged, "snapshot": snapshot, "rows": rows, "left": left}


def _works(warehouse: Any, content: bytes, batch: Any) -> dict[str, Callable[[], object]]:
    return {
        "archive": lambda: warehouse.archive.put(content * 200),
        "publish": lambda: warehouse.publish(batch, {}, base=1),
    }


def _seen(warehouse: Any) -> list[Any]:
    return [warehouse.snapshot(), warehouse.rows("booking").height, warehouse.deliveries().height]


def _fill(home: Path, room_bytes: int) -> None:
    free = shutil.disk_usage(home).free
    with (home / "filler").open("wb") as file:
        file.write(b"\0" * max(free - room_bytes, 0))


def _error_of(work: Callable[[], object]) -> list[str]:
    try:
        work()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return ["nothing", ""]


if __name__ == "__main__":
    print(json.dumps(_on_small_disk(Path(sys.argv[1]) / "home")))
