"""``corridor sql`` prints what the warehouse answers: a table, JSON, or CSV that no spreadsheet runs."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.errors import UsageError
from corridor_etl.spreadsheet_text import inert
from corridor_etl.warehouse import Warehouse


def run(*argv: str, text: str | None = None) -> str:
    result = CliRunner().invoke(app, ["sql", *argv], input=text)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_an_answer_is_a_table_json_or_csv() -> None:
    with Warehouse.open():
        pass
    query = "SELECT node_id, name_ru, -1 AS n, '=1+1' AS formula, NULL AS empty FROM dim_node WHERE node_id = 'ALA'"
    assert run(query).split() == [
        "node_id",
        "name_ru",
        "n",
        "formula",
        "empty",
        "ALA",
        "Алматы",
        "-1",
        "=1+1",
    ]
    wanted = {"node_id": "ALA", "name_ru": "Алматы", "n": -1, "formula": "=1+1", "empty": None}
    assert json.loads(run("-", "--json", text=query)) == [wanted]
    printed = CliRunner().invoke(app, ["sql", query, "--csv"]).stdout_bytes.decode()
    assert printed == "node_id,name_ru,n,formula,empty\r\nALA,Алматы,-1,'=1+1,\r\n"
    assert json.loads(run("SELECT 1 AS a, 2 AS a", "--json")) == [{"a": 1, "a_2": 2}]
    assert run("SELECT 1 WHERE 1 = 0") == "no rows\n"
    limited = CliRunner().invoke(app, ["sql", "SELECT node_id FROM dim_node", "--limit", "2"])
    assert len(limited.stdout.splitlines()) == 3
    assert "the first 2 rows" in limited.stderr
    with pytest.raises(UsageError, match="only reads"):
        run("DELETE FROM dim_node")
    with pytest.raises(UsageError, match="one of them"):
        run(query, "--csv", "--json")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@x", "\tx", "\rx", "  =1", "＝1"])
def test_a_text_that_may_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert inert(f"a{text}") == f"a{text}"
