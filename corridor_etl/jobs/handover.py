"""What another process has made, handed over through the store; of a reading, rows as files, the rest as a reference.

Who reads a delivery belongs to ``intake``, who commits it to ``ingest``, what else is handed over to ``render_orders``.
Nothing in the database refers to these files: what nobody takes over is swept when it is a day old, and made again by
the next run.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from corridor_etl import settings as configuration
from corridor_etl.errors import TransientError
from corridor_etl.jobs.reading import Reading
from corridor_etl.warehouse import disk, durable, parts
from corridor_etl.warehouse.stores import STAGING, Store, opened

Place = tuple[str, str]
"""A field of a reading and a record kind; references of messages have no kind."""
_REFERENCES: Place = ("references", "")


@dataclass(frozen=True)
class Handed:
    """A reading on its way: ``rest`` is the reading without rows, ``files`` says which file holds which of them."""

    rest: Reading
    files: Mapping[Place, str]


def staging() -> Store:
    """Where the files lie in between: ``staging`` beside archive and lake."""
    return opened(configuration.home(), STAGING)


def handed_over(reading: Reading, store: Store) -> Handed:
    """Writes the rows of a reading as Parquet files, named by the delivery and their own SHA-256.

    So whoever reads the same delivery again writes the same files, and two who do it at once do not disturb each other.
    """
    frames = _frames(reading)
    with parts.folder_in(store.spool) as folder, disk.explained():
        files = {
            place: _put(frame, reading.sha256, folder / f"{number}.parquet", store)
            for number, (place, frame) in enumerate(frames.items())
            if frame.height
        }
    return Handed(_with(reading, {place: frame.clear() for place, frame in frames.items()}), files)


def taken_over(handed: Handed, store: Store) -> Reading:
    """The reading as it was made; ``UsageError`` where a file is gone, ``TransientError`` where one has changed."""
    frames = _frames(handed.rest)
    frames |= {place: _got(name, frames[place], store) for place, name in handed.files.items()}
    return _with(handed.rest, frames)


def put(content: bytes, folder: str, store: Store) -> str:
    """Writes bytes by their own SHA-256 into a folder; the name to fetch them by."""
    name = f"{folder}/{hashlib.sha256(content).hexdigest()}.bin"
    store.put(name, content)
    return name


def fetched(name: str, store: Store) -> bytes:
    """The bytes of a file, of the SHA-256 its name says; errors as in :func:`taken_over`."""
    content = store.read(name)
    found = hashlib.sha256(content).hexdigest()
    if found != Path(name).stem:
        raise TransientError(
            f"the bytes on their way in {store.address}/{name} have changed",
            expected=f"SHA-256 {Path(name).stem}, not {found}",
            fix="Run this again: they are made anew.",
        )
    return content


def cleared(handed: Iterable[Handed], store: Store) -> None:
    """Removes the files of readings that are in the warehouse now."""
    for name in sorted({name for one in handed for name in one.files.values()}):
        store.remove(name)


def _frames(reading: Reading) -> dict[Place, pl.DataFrame]:
    rows: dict[Place, pl.DataFrame] = {("frames", kind): frame for kind, frame in reading.frames.items()}
    faults = {("faults", kind): frame for kind, frame in reading.faults.items()}
    return {**rows, **faults, _REFERENCES: reading.references}


def _with(reading: Reading, frames: Mapping[Place, pl.DataFrame]) -> Reading:
    return replace(
        reading,
        frames={kind: frames["frames", kind] for kind in reading.frames},
        faults={kind: frames["faults", kind] for kind in reading.faults},
        references=frames[_REFERENCES],
    )


def _put(frame: pl.DataFrame, sha256: str, path: Path, store: Store) -> str:
    frame.write_parquet(path, compression="zstd", compression_level=1)
    name = f"{sha256}/{durable.sha256_of(path)}.parquet"
    store.put_file(name, path)
    return name


def _got(name: str, empty: pl.DataFrame, store: Store) -> pl.DataFrame:
    content = io.BytesIO(fetched(name, store))
    return pl.read_parquet(content, hive_partitioning=False).cast(pl.Schema(empty.schema))
