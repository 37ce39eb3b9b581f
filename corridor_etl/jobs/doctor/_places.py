"""Checks of where things are kept: the home folder, its disk, the shipped fonts, the bucket."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corridor_etl.clock import ticking_utc
from corridor_etl.jobs.doctor._finding import Patient, Said
from corridor_etl.reports.fonts import missing_files
from corridor_etl.warehouse.archive import Archive
from corridor_etl.warehouse.engine import database_url

MOUNTS = Path("/proc/self/mounts")
OVER_A_NETWORK = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "lustre",
)
LEAST_FREE_BYTES, LEAST_FREE_SHARE = 1 << 30, 0.10
"""Below either it is a warning; a tenth of either is a failure, because a batch needs room for its files twice."""
SKEW = timedelta(seconds=10)


def home(patient: Patient) -> Iterable[Said]:
    """Whether the home folder can be written, on a disk of this machine, whose clock is ours."""
    folder = _existing(patient.home)
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
        yield Said("fail", f"{folder} cannot be written by this user", "a home folder that can",
                   f"chown it to user {os.geteuid()}, or set CORRIDOR_HOME to another folder")  # fmt: skip
        return
    yield from _file_system(patient, folder)
    yield from _file_clock(folder)
    has_home = "" if folder == patient.home else ", which is made when it is needed"
    yield Said("ok", f"{patient.home}{has_home}")


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _file_system(patient: Patient, folder: Path) -> Iterable[Said]:
    kind = file_system_of(folder.resolve(), MOUNTS.read_text(encoding="utf-8") if MOUNTS.exists() else "")
    if kind in OVER_A_NETWORK and database_url(patient.home).startswith("sqlite"):
        yield Said(
            "fail", f"the home folder is on {kind}, and the warehouse is SQLite",
            "a disk of this machine: SQLite's locks do not hold over a network",
            "Set CORRIDOR_HOME to a local folder, or CORRIDOR_DATABASE_URL to a PostgreSQL database.",
        )  # fmt: skip


def file_system_of(folder: Path, mounts: str) -> str:
    """The kind of file system a folder is on, by the system's list of mounts; empty where that does not tell."""
    kinds = {
        Path(_decoded(parts[1])): parts[2] for line in mounts.splitlines() if len(parts := line.split()) > 2
    }
    return next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")


def _decoded(place: str) -> str:
    return place.encode("latin-1", "backslashreplace").decode("unicode_escape")


def _file_clock(folder: Path) -> Iterable[Said]:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor") as probe:
        skew = datetime.fromtimestamp(Path(probe.name).stat().st_mtime, UTC) - ticking_utc()
    if abs(skew) > SKEW:
        yield Said(
            "warn", f"files in {folder} are dated {skew.total_seconds():+.0f} s from this machine's clock",
            f"at most {SKEW.seconds} s", "Set the clocks of this machine and of the file server by NTP.",
        )  # fmt: skip


def disk(patient: Patient) -> Iterable[Said]:
    """Whether the disk of the home folder has room."""
    folder = _existing(patient.home)
    usage = shutil.disk_usage(folder)
    yield room(folder, usage.free, usage.total)


def room(folder: Path, free_bytes: int, total_bytes: int) -> Said:
    """What so much room means."""
    has = f"{free_bytes / 2**30:.1f} GiB of {total_bytes / 2**30:.1f} GiB are free at {folder}"
    part = min(free_bytes / LEAST_FREE_BYTES, free_bytes / total_bytes / LEAST_FREE_SHARE)
    if part >= 1:
        return Said("ok", has)
    return Said(
        "warn" if part >= 0.1 else "fail", has, "1 GiB and a tenth of the disk",
        "corridor lake sweep, then make room: docs/runbooks/full_disk.md",
    )  # fmt: skip


def fonts(_patient: Patient) -> Iterable[Said]:
    """Whether the fonts of the charts came with the installation."""
    missing = missing_files()
    if missing:
        yield Said("fail", f"fonts are missing: {', '.join(missing)}", "the shipped ones; others are never used",
                   "Install the package again; a copy without font_files/ draws no chart.")  # fmt: skip
    else:
        yield Said("ok", "the shipped fonts are there")


def store(_patient: Patient) -> Iterable[Said]:
    """Whether the bucket can be reached with these keys, or that files are in the home folder."""
    archive = Archive.of(_patient.home).store
    if archive.local("") is not None:
        yield Said("ok", "archive and lake are in the home folder")
        return
    archive.has("doctor")  # what is wrong is raised as an error of the platform
    yield Said("ok", f"{archive.address} answers")
