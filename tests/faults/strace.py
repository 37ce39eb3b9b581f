"""strace on one process or thread that is already there: what it did to its files, and a fault at one of its calls.

The process is not modified and does not know. Counting is strace's own: the n-th call of a name in the thread that it is
attached to. Who is traced and what is made of it belongs to ``children`` and ``trials``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

INSTALL = "apt-get install strace"
WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2", "copy_file_range", "sendfile")
SYNCS = ("fsync", "fdatasync", "sync_file_range", "msync")
NAMES = (
    "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir",
    "mkdir", "mkdirat", "open", "openat", "creat",
)  # fmt: skip
SIZES_AND_MODES = ("truncate", "ftruncate", "fallocate", "chmod", "fchmod", "fchmodat")
TO_SERVER = ("sendto", "sendmsg")
STATE_CHANGING = (*WRITES, *SYNCS, *NAMES, *SIZES_AND_MODES, *TO_SERVER)
_LINE = re.compile(r"(\d+) +(\w+)\((.*)")
_IN_LOG = re.compile(r"(?:<([^<>]*)>|\"([^\"]*)\")")


@dataclass(frozen=True)
class Call:
    """The ``n``-th call of a name in one thread, and the last path it names."""

    thread: int
    name: str
    n: int
    path: str


def is_there() -> bool:
    """Whether strace is installed."""
    return shutil.which("strace") is not None


class Strace:
    """strace attached to threads of a process; ``attached`` says when it is."""

    def __init__(
        self, threads: Sequence[int], log: Path, options: Sequence[str], *, follow: bool = False
    ) -> None:
        self.log = log
        self._threads = threads
        targets = [part for thread in threads for part in ("-p", str(thread))]
        forks = ["-f"] if follow else []
        self._process = subprocess.Popen(
            ["strace", *forks, "-y", "-qq", "-s", "0", "-o", str(log), *options, *targets],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def wait_until_attached(self) -> None:
        """Returns when every thread is traced; ``RuntimeError`` with strace's words if it cannot be."""
        while not all(_is_traced(thread) for thread in self._threads):
            if self._process.poll() is not None:
                _, said = self._process.communicate()
                raise RuntimeError(f"strace could not attach: {said}")
            time.sleep(0.002)

    def finish(self) -> str:
        """Waits for strace, which ends with the process, and gives its log."""
        self._process.communicate()
        return self.log.read_text(encoding="utf-8", errors="replace")


def _is_traced(thread: int) -> bool:
    status = Path(f"/proc/{thread}/status").read_text(encoding="ascii", errors="replace")
    return "TracerPid:\t0\n" not in status


def recording(log: Path, thread: int) -> Strace:
    """Records every call that may change state, in all threads."""
    return Strace([thread], log, ["-e", "trace=" + ",".join(STATE_CHANGING)], follow=True)


def stopping(log: Path, thread: int) -> Strace:
    """Stops the process, all threads of it, with each call that may change state."""
    names = ",".join(STATE_CHANGING)
    return Strace([thread], log, ["-e", f"trace={names}", "-e", f"inject={names}:signal=STOP"], follow=True)


def injecting(log: Path, threads: Sequence[int], name: str, fault: str, n: int) -> Strace:
    """Lets the ``n``-th call ``name`` of each thread meet ``fault``, which is written as strace wants it."""
    return Strace(threads, log, ["-e", f"trace={name}", "-e", f"inject={name}:{fault}:when={n}"])


def calls(log: str, places: Iterable[str]) -> list[Call]:
    """The calls in a recording that change files below one of ``places`` or speak to a socket named so, in order."""
    counted: Counter[tuple[str, str]] = Counter()
    found = []
    for line in log.splitlines():
        if (parts := _LINE.match(line)) is None:
            continue
        thread, name, arguments = parts.groups()
        counted[thread, name] += 1
        path = _path_in(arguments, places)
        if path is not None and not _only_reads(name, arguments):
            found.append(Call(int(thread), name, counted[thread, name], path))
    return found


def _path_in(arguments: str, places: Iterable[str]) -> str | None:
    named = [a or b for a, b in _IN_LOG.findall(arguments)]
    ours = [path for path in named if any(path.startswith(place) for place in places)]
    return ours[-1] if ours else None


def _only_reads(name: str, arguments: str) -> bool:
    return name in ("open", "openat") and "O_CREAT" not in arguments and "O_TRUNC" not in arguments
