"""Promises of the project as a whole: pinned and address-free dependencies, executable docs, nothing private."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from corridor_etl.settings import checkout

ROOT = checkout()


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / n for n in listing.stdout.split("\0") if n and (ROOT / n).is_file()]


def test_every_dependency_is_pinned_with_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-zA-Z0-9])", "\n" + text)[1:]
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_no_file_names_an_index_or_a_path_of_a_machine() -> None:
    words = [
        "py" + "pi.org",
        "python" + "hosted.",
        "--index" + "-url",
        "--find" + "-links",
        "/" + "root/",
        "/" + "home/",
    ]
    for path in tracked():
        if path.suffix in {".png", ".csv", ".xlsx", ".xls", ".ttf", ".otf"}:
            continue
        text = path.read_text(encoding="utf-8")
        assert [w for w in words if w in text] == [], path


def test_the_readme_shows_the_two_commands_and_links_to_what_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


def test_make_has_a_target_for_every_command_that_documents_name() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"`make ([a-z-]+)`", document.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), (document.name, target)


def test_the_ci_script_can_be_run() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
