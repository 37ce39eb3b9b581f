"""Rules in words: columns, members and numbers in their places, as a reader would write them."""

from __future__ import annotations

from typing import Any

import pytest

from corridor_etl.model import KINDS
from corridor_etl.quality import catalogue
from corridor_etl.quality.expectations._wording import plain, worded
from corridor_etl.quality.suites import suite_folder, suite_rules

SUITES = sorted(path.stem for path in suite_folder().glob("*.json"))
WORDED = [
    ("{columns} must be filled.", {"column_list": ["a"]}, "a must be filled."),
    ("{columns} must be filled.", {"column_list": ["a", "b", "c"]}, "a, b and c must be filled."),
    (
        "{first} covers {second}; {others}, {third}",
        {"column_list": ["a", "b", "c"]},
        "a covers b; b and c, c",
    ),
    ("{first} must be {values}.", {"column_list": ["a"], "values": ["W"]}, "a must be W."),
    ("{first} must be {values}.", {"column_list": ["a"], "values": ["W", "E"]}, "a must be W or E."),
    ("under {regimes}", {"regimes": ["CN", "EAEU"]}, "under CN and EAEU"),
    ("at most {limit_kg} kg", {"limit_kg": 36000.0}, "at most 36,000 kg"),
    ("within {share}", {"share": 0.005}, "within 0.5 %"),
    ("within {tolerance_share}", {"tolerance_share": 0.05}, "within 5 %"),
    ("{lowest_usd} and {within_minutes}", {"lowest_usd": 0.01, "within_minutes": 5}, "0.01 and 5"),
    ("until {latest_at_utc}", {"latest_at_utc": "2025-07-03T00:00:00+00:00"}, "until 2025-07-03 00:00 UTC"),
    ("until {until}", {"until": {"$PARAMETER": "last_closed_week"}}, "until the run's last closed week"),
    ("must be {values}", {"values": ["US$", "${x}"]}, "must be US$ or ${x}"),
]


@pytest.mark.parametrize(("sentence", "kwargs", "said"), WORDED)
def test_values_are_written_as_a_reader_would(sentence: str, kwargs: dict[str, Any], said: str) -> None:
    assert plain(*worded(sentence, kwargs)) == said


def test_limits_of_the_run_are_words_until_the_run_is_known() -> None:
    (rule,) = [r for r in suite_rules("booking") if r["meta"]["rule_id"] == "DT-001"]
    assert "the time of the check plus the permitted days" in catalogue.description(rule)


@pytest.mark.parametrize("suite", SUITES)
def test_sentences_are_sentences_without_a_trace_of_code(suite: str) -> None:
    for rule in suite_rules(suite):
        said = catalogue.description(rule)
        assert said.endswith("."), said
        assert not set("{}[]$'") & set(said.replace("'s", "")), said
        assert "None" not in said, said
        assert ".0 " not in said, said


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_rules_of_a_suite_say_the_same(kind: str) -> None:
    said = [(catalogue.description(rule), rule["severity"]) for rule in suite_rules(kind)]
    assert len(said) == len(set(said))
