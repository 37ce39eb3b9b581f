"""The workbook of an issue: what it holds, that nothing in it is a formula, the same bytes on every build."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import report_samples as samples
from python_calamine import CalamineWorkbook

from corridor_etl.kpis import kpis
from corridor_etl.reports import workbook_check
from corridor_etl.reports.checks import check
from corridor_etl.reports.content import Table, columns, row
from corridor_etl.reports.series import history, service_series
from corridor_etl.reports.workbook import workbook


def rows(data: bytes, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python()


def test_the_first_sheet_says_what_the_issue_says(issue: Any) -> None:
    context, rendered, _ = issue
    texts = [cell for line in rows(rendered.workbook, "About") for cell in line]
    for sentence in (context.headline, *context.points, *context.notes, context.balance):
        assert sentence in texts
    assert any("weekly/2025-W46/r0/en" in text and "snapshot 117" in text for text in texts)


def test_every_figure_is_a_number_beside_its_address(issue: Any) -> None:
    context, rendered, _ = issue
    heads, *found = rows(rendered.workbook, "Figures")
    by_address = {line[0]: dict(zip(heads, line, strict=True)) for line in found}
    assert list(by_address) == [f.address for f in context.figures]
    teu = context.figure("throughput.teu")
    line = by_address["throughput.teu"]
    assert (line["value"], line["unit"], line["as shown"]) == (float(teu.value), "TEU", teu.text)
    assert line["range low"] == pytest.approx(float(teu.range_low), abs=1e-6)
    assert line["against range"] == teu.range_class
    assert by_address["trade.value_cny"]["maturity"] == "provisional"
    assert by_address["throughput.teu"]["maturity"] == "final"
    assert line["defined as"] == "throughput"


def test_the_series_has_53_weeks_and_no_zero_for_what_is_missing(issue: Any) -> None:
    context, rendered, _ = issue
    heads, *found = rows(rendered.workbook, "Series")
    assert [line[0] for line in found][:: len(found) - 1] == ["2024-W46", "2025-W46"]
    assert len(found) == 53
    teu = heads.index("throughput.teu")
    assert found[0][teu] == ""  # the service began later
    assert found[-1][teu] == float(context.figure("throughput.teu").value)


def test_what_an_issue_does_not_show_has_no_history(issue: Any) -> None:
    series = service_series(samples.report_data().marts, samples.LIVE)
    shown = {f.address: f.value for f in issue[0].figures}
    assert list(history(series, samples.LAST, shown)) == list(shown)
    withheld = {**shown, "trade.value_cny": None}
    del withheld["throughput.teu"]
    assert set(shown) - set(history(series, samples.LAST, withheld)) == {"trade.value_cny", "throughput.teu"}


def test_every_figure_of_the_dictionary_is_defined(issue: Any) -> None:
    heads, *found = rows(issue[1].workbook, "Definitions")
    assert [line[0] for line in found] == list(kpis())
    assert all(line[heads.index("formula")] or line[heads.index("not available because")] for line in found)


def test_tables_have_names_and_their_heads_stay_in_view(issue: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(issue[1].workbook))
    assert book.sheetnames == ["About", "Figures", "Series", "Definitions"]
    assert [list(book[name].tables) for name in book.sheetnames[1:]] == [
        ["Figures"],
        ["Series"],
        ["Definitions"],
    ]
    assert [book[name].freeze_panes for name in book.sheetnames[1:]] == ["C2", "B2", "B2"]
    assert book.properties.created.replace(tzinfo=UTC) == issue[0].published_at


def test_revisions_get_a_sheet_where_there_are_some(issue: Any) -> None:
    table = Table("revisions", 9, "Revised", columns("Figure", "Published", "Now"), (row("TEU", "84", "86"),))
    data = workbook(replace(issue[0], tables={**issue[0].tables, "revisions": table}))
    assert rows(data, "Revisions") == [["Figure", "Published", "Now"], ["TEU", "84", "86"]]


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "-2+3", "\t=1", "{=1}", "http://x.example/"]
)
def test_a_text_is_never_a_formula_or_a_link(issue: Any, text: str) -> None:
    hostile = replace(issue[0], headline=text, points=(text,), operator=text)
    book = openpyxl.load_workbook(io.BytesIO(workbook(hostile)))
    cells = [cell for line in book["About"].iter_rows() for cell in line if cell.value == text]
    assert len(cells) == 2
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert cells[-1].quotePrefix is text.lstrip().startswith(("=", "@", "+", "-"))


def test_it_is_small_and_the_same_bytes_in_every_process(issue: Any) -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import report_samples as s;"
        "from corridor_etl.reports.workbook import workbook;"
        "print(hashlib.sha256(workbook(s.context())).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "3", "TZ": "Asia/Shanghai", "PATH": ""},
    )  # fmt: skip
    data = issue[1].workbook
    assert run.stdout.strip() == hashlib.sha256(data).hexdigest()
    assert len(data) <= workbook_check.MAX_BYTES


def test_a_workbook_that_does_not_fit_its_issue_is_found(issue: Any) -> None:
    context, rendered, message = issue
    assert list(workbook_check.problems(rendered.workbook, context)) == []
    teu = context.figure("throughput.teu")
    others = tuple(f for f in context.figures if f is not teu)
    changed = replace(context, figures=(replace(teu, value=teu.value + Decimal("0.01")), *others))
    assert any(
        p.startswith("throughput.teu is ") for p in workbook_check.problems(rendered.workbook, changed)
    )
    shown = replace(context, figures=(replace(teu, text="1,000"), *others))
    assert any("shown as" in p for p in workbook_check.problems(rendered.workbook, shown))
    fewer = replace(context, figures=others)
    assert "different figures: throughput.teu" in " ".join(workbook_check.problems(rendered.workbook, fewer))
    assert any("does not open" in p for p in workbook_check.problems(b"PK nothing", context))
    other = replace(rendered, workbook=workbook(replace(context, operator="Somebody else")))
    assert check(other, context, message) == ["the message does not carry the workbook of the issue"]
