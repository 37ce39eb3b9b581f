"""Every figure of an issue ends at lines of files, and its parts come to what was published, also after corrections."""

from __future__ import annotations

import csv
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.errors import UsageError
from corridor_etl.jobs.explain import Explainer, explain
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.measures import MEASURES
from corridor_etl.settings import Settings, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse

WEEK = "2025-W12"
TEU = f"weekly/{WEEK}/r0#throughput.teu"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, english_only: Path) -> Path:
    home = tmp_path_factory.mktemp("explained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_CONFIG", str(english_only))
        simulate(home, parse_range(f"2025-W09:{WEEK}"), seed=2, faults=True, settings=load_settings())
        ingest()
        publish_week(WEEK)
    return home


@pytest.fixture
def published(filled: Path, own_home: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(filled))
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    return filled


def test_every_figure_is_the_sum_of_lines_of_files(published: Path, settings: Settings) -> None:
    with Warehouse.open(published) as warehouse:
        explainer = Explainer("weekly", WEEK, 0, warehouse, settings)
        found = [explainer.explain(measure) for measure in MEASURES]
        with pytest.raises(UsageError, match=r"no figure 'throughput\.feet'"):
            explain(f"weekly/{WEEK}/r0#throughput.feet", warehouse, settings)
        with pytest.raises(UsageError, match="no such issue of weekly 2025-W12"):
            explain(f"weekly/{WEEK}/r7#throughput.teu", warehouse, settings)
    assert [f.address for f in found if not f.is_whole] == []
    with_value = [f for f in found if f.published not in (None, "0")]
    assert len(with_value) > 20
    assert [f.address for f in with_value if set(f.parts["record"]) != set(f.lines["record"])] == []
    cargo = next(f for f in found if f.address.endswith("#throughput.cargo_t"))
    weights = dict(cargo.parts.select("record", "amount").iter_rows())
    assert cargo.published is not None
    assert sum(weights.values()) == Decimal(cargo.published) * 1_000_000
    for line in cargo.lines.filter(what="loading list").iter_rows(named=True):
        cells = _cells(published / "inbox" / line["file_name"], line["line_no"])
        assert line["record"].rsplit(" ", 1)[1] in "".join(cells).replace(" ", "").replace("-", "")
        assert Decimal(weights.pop(line["record"])) / 1000 in [_number(cell) for cell in cells]
    assert weights == {}


def _number(cell: str) -> Decimal | None:
    try:
        return Decimal(cell.replace(",", ""))
    except InvalidOperation:
        return None


def _cells(path: Path, line_no: int) -> list[str]:
    if path.suffix == ".xlsx":
        (row,) = openpyxl.load_workbook(path).active.iter_rows(line_no, line_no, values_only=True)  # type: ignore[union-attr]
        return [str(cell) for cell in row if cell is not None]
    return next(csv.reader([path.read_bytes().decode("utf-8-sig").splitlines()[line_no - 1]]))


def test_the_command_prints_formula_parts_lines_and_what_was_held_back(published: Path) -> None:
    run = CliRunner().invoke(app, ["explain", TEU, "--limit", "3"])
    assert run.exit_code == 0, run.output
    for words in (
        "sum(teu_x100) / 100 of mart_throughput_week",
        "What adds to it",
        "loading list",
        "Held back",
    ):
        assert words in run.output
    told = json.loads(CliRunner().invoke(app, ["explain", TEU.replace("/r0", ""), "--json"]).output)
    assert told["is_whole"] is True
    assert len(told["parts"]) > 3
    assert sum(part["amount"] for part in told["parts"]) == int(Decimal(told["published"]) * 100)
