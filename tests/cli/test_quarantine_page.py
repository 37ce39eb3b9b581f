"""The operator's page of the quarantine is true: its file is ingested and its commands print what it shows."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from corridor_etl.cli.app import app
from corridor_etl.errors import CorridorError
from corridor_etl.settings import checkout
from tests.made_homes import KeptHome

PAGE = (checkout() / "docs" / "quarantine.md").read_text(encoding="utf-8")
ANSWER = 0, 1
NOW = "2025-06-02T01:00:00+00:00"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """(command, what the page shows it printing)."""
    found = [part for block in blocks("console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in found]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KeptHome:
    """A home that has ingested the file of the page."""
    home = tmp_path_factory.mktemp("page") / "home"
    path = home / "inbox" / "rail_terminals" / "w09.csv"
    path.parent.mkdir(parents=True)
    path.write_text(blocks("csv")[0], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        assert run("ingest").exit_code == 1
    return KeptHome.of(home)


@pytest.fixture
def ingested(made: KeptHome, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made.put_back()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORRIDOR_HOME", str(made.home))
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    return tmp_path


def test_the_commands_print_what_the_page_shows(ingested: Path) -> None:
    assert len(commands()) > 8
    checker = doctest.OutputChecker()
    for command, shown in commands():
        name, *arguments = re.findall(r'"[^"]*"|\S+', command)
        assert name == "corridor"
        result = run(*(a.strip('"') for a in arguments))
        assert result.exit_code in ANSWER, (command, result.output, result.exception)
        assert checker.check_output(shown, result.output, doctest.ELLIPSIS), f"$ {command}\n{result.output}"
    assert (ingested / "held.xlsx").is_file()
    assert (ingested / "held.csv").is_file()


@pytest.mark.usefixtures("ingested")
def test_verbs_answer_with_their_exit_code_and_as_json() -> None:
    listed = json.loads(run("quarantine", "list", "--json").stdout)
    assert [row["line_no"] for row in listed] == [3, 4, 5]
    assert json.loads(run("quarantine", "show", "2", "--json").stdout)["rule_ids"] == "ID-031"
    for filters, lines in (
        (("--rule", "ID-002"), [3]),
        (("--kind", "port_event", "--week", "2025-W09"), [3, 4]),
        (("--sender", "rail_terminals", "--delivery", "1"), [3, 4, 5]),
        (("--delivery", "rail_terminals/w09.csv"), [3, 4, 5]),
        (("--sender", "ningbo_port"), []),
        (("--state", "waived"), []),
    ):
        rows = json.loads(run("quarantine", "list", "--json", *filters).stdout)
        assert [row["line_no"] for row in rows] == lines, filters
    refused = run("quarantine", "waive", "3", "--reason", "x", "--json")
    assert refused.exit_code == 3
    assert json.loads(refused.stdout)[0]["outcome"] == "refused"
    assert run("quarantine", "waive", "1", "3", "--reason", "x").exit_code == 1
    assert run("quarantine", "replay", "1").exit_code == 0
    assert run("quarantine", "discard", "2").exit_code == 2


MISTAKES = [
    (("discard", "--reason", "x"), "no row is named"),
    (("discard", "1", "--rule", "ID-002", "--reason", "x"), "by numbers and by filters"),
    (("waive", "1", "--reason", " "), "waive needs a reason"),
    (("list", "--state", "lost"), "there is no state 'lost'"),
    (("list", "--kind", "lost"), "there is no record kind 'lost'"),
    (("show", "77"), "there is no quarantine_id 77"),
    (("export", "held.pdf"), "ends in .xlsx or .csv"),
    (("export", "nowhere/held.csv"), "there is no folder"),
]


@pytest.mark.usefixtures("ingested")
def test_what_cannot_be_meant_is_a_usage_error() -> None:
    for arguments, said in MISTAKES:
        error = run("quarantine", *arguments).exception
        assert isinstance(error, CorridorError), arguments
        assert error.exit_code == 2, arguments
        assert said in error.message


@pytest.mark.usefixtures("ingested")
def test_the_list_for_a_partner_marks_the_cells_of_real_rows(ingested: Path) -> None:
    assert run("quarantine", "export", "held.xlsx").output == "3 rows written to held.xlsx\n"
    sheet = openpyxl.load_workbook(ingested / "held.xlsx")["port_event"]
    heads = [cell.value for cell in sheet[1]]
    marked = [
        {name for name, cell in zip(heads, row, strict=True) if cell.comment}
        for row in sheet.iter_rows(min_row=2)
    ]
    assert marked == [{"container_no"}, {"facility_code"}, {"row as received"}]
    shown = {name: cell.value for name, cell in zip(heads, sheet[2], strict=True)}
    assert (shown["event_time"], shown["gross_gross_kg"]) == ("28.02.2025 17:12", "18000")
