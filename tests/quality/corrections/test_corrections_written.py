"""Files of corrections are read strictly: every mistake is one sentence with file, correction and fix."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.quality import corrections as package
from corridor_etl.quality.corrections import (
    Corrections,
    corrections_folder,
    load_corrections,
    read_corrections,
)
from corridor_etl.quality.corrections._model import Expect, Match, Written
from corridor_etl.settings import Settings, checkout

OVERRIDE = {"action": "override", "top": "values = { teu = 2 }"}
KEY = {"action": "override", "top": 'values = { booking_no = "B9" }'}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"top": 'reson = "x"'}, "unknown key 'reson'. Did you mean 'reason'?"),
        ({"match": 'sendr = "booking_desk"'}, "unknown key 'match.sendr'. Did you mean 'sender'?"),
        ({"expect": "rows_at_mots = 3"}, "unknown key 'expect.rows_at_mots'. Did you mean 'rows_at_most'?"),
        ({"kind": "bookings"}, "the record kind 'bookings' does not exist. Did you mean 'booking'?"),
        ({"action": "delete"}, "'action' is 'delete'; expected 'drop', 'override', 'scale' or 'flag'"),
        ({"status": "on"}, "'status' is 'on'"),
        ({"id": "a b"}, "'id' is 'a b'"),
        ({"id": "x" * 65}, "'id' is"),
        ({"expires_on": '"2025-06-30"'}, "'expires_on' is '2025-06-30'; expected a date without quotes"),
        ({"expires_on": "20250630"}, "'expires_on' is '20250630'; expected a date without quotes"),
        ({"expires_on": "2025-06-30T00:00:00Z"}, "expected a date without quotes"),
        ({"expires_on": "2024-12-31"}, "expires_on that is not before reported_on"),
        ({"match": 'sender = "booking_dsk"'}, "match.sender 'booking_dsk' does not exist. Did you mean 'booking_desk'?"),
        ({"match": ""}, "at least one of sender, files, columns or missing"),
        ({"match": "lines = 3"}, "at least one of sender, files, columns or missing"),
        ({"match": 'sender = "booking_desk"\nlines = 3'}, "files beside lines"),
        ({"match": 'files = "x"\nlines = "3"'}, "match.lines is '3'; expected a whole number"),
        ({"match": 'columns = { booking_n = "B1" }'}, "match.columns: the column 'booking_n' does not exist. Did you mean"),
        ({"match": "columns = { booking_no = 1 }"}, "match.columns.booking_no is '1'; expected a text in quotes"),
        ({"match": "columns = { booking_no = [] }"}, "match.columns.booking_no is an empty list"),
        ({"match": 'columns = { booking_no = "" }'}, "expected a text in quotes that is not empty"),
        ({"match": 'columns = { booking_no = { from = "A" } }'}, "the column has no order"),
        ({"match": "columns = { containers = {} }"}, "match.columns.containers is an empty range"),
        ({"match": "columns = { containers = { form = 1 } }"}, "the key 'form' does not exist. Did you mean 'from'?"),
        ({"match": "columns = { containers = { from = 3, to = 2 } }"}, "runs from 3 to 2"),
        ({"match": "columns = { containers = true }"}, "expected a whole number"),
        ({"match": "columns = { containers = 9223372036854775808 }"}, "expected a whole number"),
        ({"match": "columns = { containers = 1.0 }"}, "expected a whole number"),
        ({"match": 'columns = { departure_on_local = "2025-03-01" }'}, "expected a date without quotes"),
        ({"match": "columns = { departure_on_local = 2025-03-01T00:00:00 }"}, "expected a date without quotes"),
        ({"match": "columns = { booked_at_utc = 2025-03-01T00:00:00 }"}, "with its offset"),
        ({"match": 'missing = ["tue"]'}, "match.missing: the column 'tue' does not exist. Did you mean 'teu'?"),
        ({"expect": ""}, "at least one of columns, missing, rows_at_least or rows_at_most"),
        ({"expect": "rows_at_most = 0"}, "'expect.rows_at_most' is '0'; expected"),
        ({"expect": "rows_at_most = true"}, "'expect.rows_at_most' is 'True'"),
        ({"expect": "rows_at_least = 3\nrows_at_most = 2"}, "rows_at_least that is not more than rows_at_most"),
        ({"expect": "rows_at_least = 1"}, "match.sender or match.files beside rows_at_least"),
        ({"action": "override"}, "values or clear beside action = 'override'"),
        ({"action": "scale"}, "factors beside action = 'scale'"),
        ({"action": "scale", "top": "values = { teu = 2 }"}, "no values beside action = 'scale'"),
        ({"action": "drop", "top": 'clear = ["teu"]'}, "no clear beside action = 'drop'"),
        ({**OVERRIDE, "top": "values = { tue = 2 }"}, "values: the column 'tue' does not exist. Did you mean 'teu'?"),
        ({**OVERRIDE, "top": "values = { teu = 2.125 }"}, "values.teu is '2.125'; expected a number of at most 2 decimals"),
        ({**OVERRIDE, "top": "values = { teu = 10000 }"}, "at most 2 decimals below 10000"),
        ({**OVERRIDE, "top": "values = { teu = nan }"}, "values.teu is 'NaN'"),
        ({**OVERRIDE, "top": "values = { teu = -inf }"}, "values.teu is '-Infinity'"),
        ({**OVERRIDE, "top": "values = { teu = 1e400 }"}, "values.teu is"),
        ({**OVERRIDE, "top": 'values = { teu = "two" }'}, "values.teu is 'two'"),
        ({**OVERRIDE, "top": "values = { teu = [2] }"}, "values.teu is '[2]'"),
        ({**OVERRIDE, "top": 'clear = ["teu"]'}, "clear names teu; expected a column that a row may lack"),
        ({"action": "scale", "top": "factors = { train_no = 2 }"}, "factors names train_no, which is no number"),
        ({"action": "scale", "top": "factors = { teu = 0 }"}, "factors.teu is '0'; expected a number other than 0 and 1"),
        ({"action": "scale", "top": "factors = { teu = 1.0 }"}, "a number other than 0 and 1"),
        ({"action": "scale", "top": 'factors = { teu = "0.0000000000000000001" }'}, "a factor of at most 18 digits"),
        (KEY, "it changes booking_no, by which booking rows are identified; expected changes_key = true"),
        ({**KEY, "top": "values = { version = 2 }"}, "it changes version"),
        ({**KEY, "top": 'values = { action = "cancel" }'}, "it changes action"),
        ({"top": "changes_key = 1"}, "'changes_key' is '1'"),
        ({"top": 'after = ["C0"]'}, "after names 'C0'; expected an earlier correction of the same kind"),
        ({"top": 'after = ["C1"]'}, "after names 'C1'"),
        ({"top": "[corrections.more]"}, "unknown key 'more'"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_correction_and_the_way_out(
    load: Any, toml: Any, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(toml(**changes))
    message = caught.value.message
    assert message.startswith("a.toml: correction 'C1'" if "id" not in changes else "a.toml: correction ")
    assert said in message
    assert "\n" not in message
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[corrections]\n", "is not valid TOML"),
        ("corrections = 3\n", "'corrections' is '3'"),
        ("corrections = [3]\n", "correction number 1"),
        ('[[corrections]]\nid = "C1"\n', "correction 'C1': the key 'kind' is missing"),
        ("[[corrections]]\nid = 7\n", "correction number 1"),
        ('[[correction]]\nid = "C1"\n', "unknown key 'correction'. Did you mean 'corrections'?"),
        ("x = " + "[" * 5000 + "]" * 5000, "is not valid TOML"),
        ("x = " + "9" * 5000, "is not valid TOML"),
        ("x = 1e99999999999999999999", ""),
        ('a = 1\na = 2\n', "is not valid TOML"),
        ("\ufeff[[corrections]]\n", "is not valid TOML"),
        ('x = "\x00"', "is not valid TOML"),
        ("#" * (1024 * 1024 + 1), "has more than 1,048,576 bytes"),
    ],
    ids=lambda value: str(value)[:24].encode("unicode_escape").decode(),
)  # fmt: skip
def test_hostile_toml_is_refused_in_one_sentence(load: Any, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(text)
    assert caught.value.message.startswith("a.toml")
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 600


def test_bytes_that_are_no_text_a_folder_and_a_pipe_are_refused(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "latin.toml").write_bytes(b'x = "\xff"')
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    found, mistakes = read_corrections(settings, tmp_path)
    assert found == Corrections()
    assert [m.message.split(" ")[0] for m in mistakes] == [
        "folder.toml",
        "gone.toml",
        "latin.toml",
        "pipe.toml",
    ]


def test_control_characters_of_a_file_do_not_reach_a_message(load: Any, toml: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        load(toml(id="\\u001b[31m"))
    assert caught.value.message.isprintable()
    with pytest.raises(SettingsError, match="a text of one line without control characters"):
        load(toml().replace("known at the desk", "two\\nlines"))


def test_an_id_twice_is_refused_also_in_two_files(load: Any, toml: Any) -> None:
    with pytest.raises(SettingsError, match=r"b\.toml: correction 'C1': the id is used before, in a\.toml"):
        load({"a.toml": toml(), "b.toml": toml()})


def test_every_mistake_is_listed_for_whoever_checks(tmp_path: Path, settings: Settings, toml: Any) -> None:
    (tmp_path / "a.toml").write_text(toml(kind="x") + toml(id="C2", top='after = ["C9"]'), encoding="utf-8")
    (tmp_path / "b.toml").write_text("[", encoding="utf-8")
    found, mistakes = read_corrections(settings, tmp_path)
    assert [c.id for c in found.every] == ["C2"]
    assert len(mistakes) == 3


def test_the_order_is_file_name_then_position(load: Any, toml: Any) -> None:
    files = {"b.toml": toml(id="B1"), "a.toml": toml(id="Z") + toml(id="A"), "10.toml": toml(id="T")}
    assert [c.id for c in load(files).every] == ["T", "Z", "A", "B1"]


def test_values_are_read_without_loss(load: Any, toml: Any) -> None:
    text = toml(kind="exchange_rate", match='columns = { rate = 7.18941234, currency = "USD" }')
    (wanted, _) = load(text).every[0].match.wanted
    assert str(wanted.values[0]) == "7.18941234"
    assert wanted.words() == "rate = 7.18941234"


def test_a_key_may_be_changed_by_whoever_says_so(load: Any, toml: Any) -> None:
    text = toml(**{**KEY, "top": KEY["top"] + "\nchanges_key = true"})
    assert load(text).every[0].values == {"booking_no": "B9"}


def test_a_folder_that_was_named_must_exist(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_CORRECTIONS", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="there is no folder"):
        load_corrections(settings)


def test_the_checkout_ships_no_correction_that_is_applied(settings: Settings) -> None:
    assert corrections_folder() == checkout() / "expectations" / "corrections"
    assert {c.written.status for c in load_corrections(settings).every} == {"proposed"}


def test_the_documented_examples_are_read_as_they_stand(load: Any) -> None:
    page = (checkout() / "docs" / "corrections.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert [c.id for c in load(example).every] == ["BK-2025-TEU", "TRAIN-TONNES"]
    docstring = inspect.getdoc(package) or ""
    indented = [line[4:] for line in docstring.splitlines() if line.startswith("    ") or not line]
    (shown,) = load("\n".join(indented)).every
    assert (shown.match, shown.expect) == (load(example).every[0].match, load(example).every[0].expect)


def test_every_key_of_a_correction_is_documented() -> None:
    page = (checkout() / "docs" / "corrections.md").read_text(encoding="utf-8")
    keys = [
        *Written.model_fields,
        *(f"match.{k}" for k in Match.model_fields),
        *(f"expect.{k}" for k in Expect.model_fields),
    ]
    assert [key for key in keys if f"`{key}`" not in page and key not in ("match", "expect")] == []
