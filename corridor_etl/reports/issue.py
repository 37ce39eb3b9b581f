"""Freezes an issue: its files under a permanent address, whole or not at all.

The address is ``site/<audience>/<edition>/<week>/r<revision>/<language>/`` below the home folder. Whether an issue is
published is decided by the ledger: it is to be called within the transaction that records the issue, so that no two
runs write one folder. Files left by a run that never got that far are replaced.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.figures_csv import figures_csv, triangle_csv
from corridor_etl.reports.render import Rendered
from corridor_etl.warehouse import disk, durable

PAGE = "index.html"


@dataclass(frozen=True)
class IssueFiles:
    """Where an issue is and what its content hashes to; ``page`` is what a reader opens."""

    folder: Path
    page: Path
    content_sha256: str
    names: tuple[str, ...]


def freeze(context: WeeklyContext, rendered: Rendered, home: Path) -> IssueFiles:
    """Writes the issue's files; the same issue again changes nothing."""
    files = contents(context, rendered)
    folder = home / issue_folder(context)
    if _read(folder) != files:
        _replace(folder, files)
    return IssueFiles(folder, folder / PAGE, content_sha256(files), tuple(sorted(files)))


def issue_folder(context: WeeklyContext) -> str:
    """The issue's permanent address below the home folder."""
    return f"site/{context.address}"


def contents(context: WeeklyContext, rendered: Rendered) -> dict[str, bytes]:
    """File name -> bytes of an issue."""
    files = {
        PAGE: rendered.page_html.encode("utf-8"),
        "mail.html": rendered.mail_html.encode("utf-8"),
        "issue.txt": rendered.text.encode("utf-8"),
        "issue.json": context.to_json().encode("utf-8"),
        "figures.csv": figures_csv(context),
        "figures.xlsx": rendered.workbook,
    }
    return {**files, "triangle.csv": triangle_csv(context)} if context.triangle else files


def content_sha256(files: Mapping[str, bytes]) -> str:
    """One hash over names and contents."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


def _read(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())} if folder.is_dir() else {}


@disk.explained()
def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    durable.make_folder(folder.parent)
    aside, gone = (folder.with_name(f".{folder.name}.{os.getpid()}.{kind}") for kind in ("new", "old"))
    if aside.exists():
        shutil.rmtree(aside)
    aside.mkdir()
    for name, data in files.items():
        durable.write(aside / name, data)
    replaced = folder.exists()
    if replaced:
        folder.rename(gone)
    aside.rename(folder)
    durable.sync(folder.parent)
    if replaced:
        shutil.rmtree(gone)
