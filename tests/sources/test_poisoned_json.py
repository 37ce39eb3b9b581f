"""A value of another type anywhere in a JSON file costs at most its rows: the reader neither breaks nor loses count."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor_etl.errors import FileRejected
from corridor_etl.sources import RawFile, sources
from tests.examples import few

SAMPLES = Path(__file__).parent.parent / "samples"
FORMATS = (
    "codeco_ngsi_json",
    "comexstat_json",
    "comtrade_json",
    "dcsa_jit_json",
    "dcsa_ovs_json",
    "dcsa_tnt_json",
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8))
POISON = st.recursive(SCALARS, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["type", "value", "code", "x"]), inner, max_size=3),
), max_leaves=6)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the document itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, child in inner for p in ((*path, key), *places(child, (*path, key)))]


def poisoned(document: Any, path: tuple[Any, ...], value: Any) -> bytes:
    made = copy.deepcopy(document)
    target = made
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return json.dumps(made, indent=1).encode()


def outcome(name: str, content: bytes) -> tuple[str, RawFile | None]:
    try:
        return "", sources()[name].read(content, None)
    except FileRejected as error:
        return error.reason, None


@pytest.mark.parametrize("name", FORMATS)
@few(30, many=60)
@given(data=st.data())
def test_a_poisoned_value_is_a_fault_or_a_refusal(name: str, data: st.DataObject) -> None:
    document = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    path = data.draw(st.sampled_from(places(document)))
    content = poisoned(document, path, data.draw(POISON))
    refusal, raw = outcome(name, content)
    assert refusal != "COUNT_MISMATCH"
    if raw is None:
        return
    frames = [raw.frame, *raw.others.values()]
    lines = [line for frame in frames for line in frame["line_no"]] + [f.line_no for f in raw.faults]
    assert len(set(lines)) == raw.rows_counted
    assert all(raw.raw_text(line) for line in lines)


@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(name: str, data: st.DataObject) -> None:
    content = (SAMPLES / f"{name}.json").read_bytes().strip()
    at = data.draw(st.integers(1, len(content) - 1))
    with pytest.raises(FileRejected):
        sources()[name].read(content[:at], None)
