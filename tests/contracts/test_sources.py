"""Every source format: named after its file, for a known record kind, with a sample that only it claims."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from corridor_etl.model import KINDS
from corridor_etl.settings import Sender, checkout
from corridor_etl.sources import recognise, sources
from corridor_etl.sources._reasons import OF_FILES, OF_ROWS

SAMPLES = Path(__file__).parent.parent / "samples"
ANY_SENDER = Sender(id="x", name="x", source="x", encodings=("utf-8", "gb18030"))


def sample(name: str) -> Path:
    found = sorted(p for p in SAMPLES.iterdir() if p.stem == name)
    assert found, f"{name} has no sample under tests/samples"
    return found[0]


@pytest.mark.parametrize("name", sorted(sources()))
def test_name_is_the_file_and_the_kind_is_known(name: str) -> None:
    source = sources()[name]
    assert __import__(f"corridor_etl.sources.{name}", fromlist=["SOURCE"]).SOURCE is source
    assert source.record_kind in KINDS
    assert source.meaning


@pytest.mark.parametrize("name", sorted(sources()))
def test_only_this_source_claims_its_sample(name: str) -> None:
    path = sample(name)
    claimed = [s.name for s in sources().values() if s.claims(path.read_bytes()[:65_536], path.name)]
    assert claimed == [name]
    assert recognise(path.read_bytes(), "renamed.dat", None).name == name


@pytest.mark.parametrize("name", sorted(sources()))
def test_sample_balances_and_loses_nothing(name: str) -> None:
    raw = sources()[name].read(sample(name).read_bytes(), ANY_SENDER)
    assert raw.faults == ()
    assert raw.rows_counted == raw.frame.height + sum(other.height for other in raw.others.values()) >= 2
    assert raw.frame["line_no"].is_unique().all()
    assert raw.frame["raw_text"].null_count() == 0
    assert raw.raw_text(raw.frame["line_no"][-1]) == raw.frame["raw_text"][-1]


def _named(call: str) -> set[str]:
    """The upper-case names handed to ``call(...)`` anywhere in the package."""
    found = set()
    written = (path.read_text(encoding="utf-8") for path in (checkout() / "corridor_etl").rglob("*.py"))
    for text in (text for text in written if f"{call}(" in text):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call:
                texts = [
                    a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
                found |= {name for name in texts if re.fullmatch("[A-Z]{3,}(_[A-Z]+)*", name)}
    return found


def test_every_reason_is_explained() -> None:
    of_files = _named("FileRejected")
    assert of_files - set(OF_FILES) == set()
    assert _named("RowFault") - set(OF_ROWS) == set()
    assert len(of_files) > 15
