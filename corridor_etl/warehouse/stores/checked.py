"""Checksum on read: a file whose name holds its SHA-256, or the beginning of it, is checked before it is used.

Once per process and file: what was checked is known by address, size and time of change.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from corridor_etl.errors import TerminalError
from corridor_etl.warehouse.stores.interface import Entry, Store

THREADS = 4
_known: set[tuple[str, int, float]] = set()


def check(store: Store, name: str, sha256: str, *, fix: str, afresh: bool = False) -> None:
    """``TerminalError`` unless the file is there and its hash begins with ``sha256``.

    ``fix`` says how such a file is restored. ``afresh`` checks also what this process has checked before.
    """
    entry = store.entry(name)
    if entry is None:
        raise TerminalError(
            f"the file {name} is missing in {store.address}",
            expected=f"a file whose SHA-256 is {_shown(sha256)}",
            fix=fix,
            name=name,
        )
    if not afresh and _key(store, entry) in _known:
        return
    if not (found := store.sha256(name)).startswith(sha256):
        raise changed(store, name, sha256, found, fix=fix)
    _known.add(_key(store, entry))


def check_all(store: Store, names: Iterable[tuple[str, str]], *, fix: str) -> None:
    """Checks (name, SHA-256) pairs, several at a time; raises what the first bad one of them raises."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda pair: check(store, *pair, fix=fix), names))


def changed(store: Store, name: str, sha256: str, found: str, *, fix: str) -> TerminalError:
    """The error for a file whose content is not what its name says."""
    return TerminalError(
        f"the file {name} in {store.address} has changed: its bytes now hash to {found}",
        expected=f"the SHA-256 {_shown(sha256)}",
        fix=fix,
        name=name,
    )


def _shown(sha256: str) -> str:
    return sha256 if len(sha256) == 64 else f"{sha256}…"


def _key(store: Store, entry: Entry) -> tuple[str, int, float]:
    return f"{store.address}/{entry.name}", entry.size_bytes, entry.modified_at_utc.timestamp()
