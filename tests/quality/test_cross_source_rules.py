"""Every cross-source rule: its example breaks it and no other, limits are where the suite says, silence is no failure."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import BatchHeld
from corridor_etl.model import CROSS_SCHEMA, CROSS_SOURCE
from corridor_etl.quality import catalogue, cross_source
from corridor_etl.quality.cross_source import discrepancies, validate_subjects
from corridor_etl.quality.suites import load_suite, suite_rules
from corridor_etl.quality.verdicts import Verdict
from corridor_etl.reference._tables import table
from corridor_etl.settings import load_settings
from tests.quality.conftest import NOW_UTC
from tests.quality.cross_subjects import GOOD_SUBJECTS, subject_frame

RULES = suite_rules(CROSS_SOURCE)
SEVERITY = {"error": "critical", "warn": "warning", "info": "info"}
OURS = {*(f"XR-{n:03d}" for n in range(1, 16)), "DT-002", "DT-003", "DT-004", "DU-004", "SE-002"}


def judge(*rows: tuple[str, dict[str, Any]]) -> Verdict:
    return validate_subjects(subject_frame(*rows), load_settings(), now_utc=NOW_UTC)


def outcome(rule_id: str, subject: str, *changes: dict[str, Any]) -> list[str | None]:
    """Per change: what the rule says (its severity where it is broken, 'kept', or None for not judged)."""
    said: list[str | None] = []
    for change in changes:
        verdict = judge((subject, change))
        (severity, evaluated), *_ = (
            verdict.checks.filter(rule_id=rule_id).select("severity", "evaluated").rows()
        )
        broken = verdict.failures.filter(rule_id=rule_id)["severity"].to_list()
        assert len(broken) <= 1, severity
        said.append(broken[0] if broken else "kept" if evaluated else None)
    return said


@pytest.fixture(scope="module")
def examples() -> Verdict:
    return judge(*((rule["meta"]["subject"], rule["meta"]["example"]) for rule in RULES))


@pytest.mark.parametrize("index", range(len(RULES)), ids=lambda i: f"{RULES[i]['meta']['rule_id']}-{i}")
def test_example_breaks_its_rule_and_no_other(index: int, examples: Verdict) -> None:
    broken = examples.failures.filter(row_id=index).select("rule_id", "severity").rows()
    assert broken == [(RULES[index]["meta"]["rule_id"], RULES[index]["severity"])]


def test_good_subjects_break_no_rule_and_each_is_judged_by_its_own_rules_only() -> None:
    for subject in GOOD_SUBJECTS:
        verdict = judge((subject, {}))
        assert verdict.failures.rows() == []
        judged = set(verdict.checks.filter(pl.col("evaluated") > 0)["rule_id"])
        assert judged == {r["meta"]["rule_id"] for r in RULES if r["meta"]["subject"] == subject}


def test_subjects_that_say_nothing_are_not_judged() -> None:
    frame = subject_frame(("trip", {})).with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in CROSS_SCHEMA.items()
    )
    verdict = validate_subjects(frame, load_settings(), now_utc=NOW_UTC)
    assert verdict.failures.rows() == []
    assert set(verdict.checks["evaluated"]) == {0}
    assert set(verdict.checks["rule_id"]) == OURS


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r["meta"]["rule_id"])
def test_rule_says_all_a_reader_needs_with_the_catalogue_s_severity(rule: dict[str, Any]) -> None:
    meta = rule["meta"]
    assert all(meta[k] for k in ("rule_id", "subject", "columns", "expected", "why", "standard", "example"))
    assert {*meta["columns"], *rule["kwargs"]["column_list"], meta.get("other", "subject")} <= set(
        CROSS_SCHEMA
    )
    severities = dict(table("rule_catalogue").select("rule_id", "severity").iter_rows())
    # the weights have two degrees: the catalogue's error is the larger one
    milder = meta["rule_id"] == "XR-005" and rule["kwargs"]["share"] == 0.03
    assert milder or rule["severity"] == SEVERITY[severities[meta["rule_id"]]]


def test_data_docs_show_the_sentence_of_every_rule() -> None:
    from great_expectations.render.renderer import ExpectationSuitePageRenderer

    page = str(ExpectationSuitePageRenderer().render(load_suite(CROSS_SOURCE)).to_json_dict())
    assert [rule for rule in RULES if catalogue.description(rule) not in page] == []
    assert not OURS & set(catalogue.not_judged())


def test_a_declaration_is_missed_only_once_declarations_reach_beyond_the_window() -> None:
    def trip(gap: int | None, ahead: int | None) -> dict[str, Any]:
        return {"declared_gap_days": gap, "declarations_ahead_days": ahead}

    assert outcome("XR-001", "trip", trip(None, 7), trip(None, 8), trip(None, None)) == [
        None,
        "critical",
        None,
    ]
    assert outcome("XR-001", "trip", trip(7, 1), trip(8, 7), trip(8, 8)) == ["kept", None, "critical"]
    exempt = [{**trip(None, 30), "is_transit": True}, {**trip(None, 30), "full_empty": "E"}]
    assert outcome("XR-001", "trip", *exempt) == ["kept", None]


def test_a_released_container_is_missed_after_ten_days_of_lists() -> None:
    def declared(gap: int | None, after: int | None) -> dict[str, Any]:
        return {"train_gap_days": gap, "lists_after_release_days": after}

    said = outcome("XR-002", "declared", declared(10, 0), declared(11, 20), declared(-12, 0))
    assert said == ["kept", "warning", "kept"]
    said = outcome("XR-002", "declared", declared(None, 10), declared(None, 11), declared(None, None))
    assert said == [None, "warning", None]


def test_a_port_exit_must_lie_before_the_departure() -> None:
    def trip(hours: str | None, ahead: int | None) -> dict[str, Any]:
        return {"port_exit_hours": hours, "port_ahead_days": ahead}

    said = outcome("XR-003", "trip", trip("0", None), trip("-0.1", 1), trip(None, 0), trip(None, 1))
    assert said == ["kept", "warning", None, "warning"]


def test_a_container_loaded_at_the_port_is_missed_after_feeder_and_three_days() -> None:
    def load(gap: int | None, after: int | None) -> dict[str, Any]:
        return {"list_gap_days": gap, "lists_after_loading_days": after}

    said = outcome("XR-004", "port_load", load(8, 0), load(9, 20), load(None, 8), load(None, 9))
    assert said == ["kept", "warning", None, "warning"]


@pytest.mark.parametrize(
    ("listed", "declared", "said"),
    [
        ("24720", "24000", "kept"), ("24720.001", "24000", "warning"), ("23280", "24000", "kept"),
        ("26400", "24000", "warning"), ("26400.001", "24000", "critical"), ("1100", "1000", "kept"),
        ("1100.001", "1000", "critical"), (None, "24000", None), ("24000", None, None),
    ],
)  # fmt: skip
def test_weights_have_two_degrees(listed: str | None, declared: str | None, said: str | None) -> None:
    change = {"listed_gross_kg": listed, "declared_gross_kg": declared}
    assert outcome("XR-005", "consignment", change) == [said]


def test_packages_loads_and_sizes_must_be_the_same() -> None:
    packages = [{"listed_packages": n} for n in (899, 900, 901, None)]
    assert outcome("XR-006", "consignment", *packages) == ["critical", "kept", "critical", None]
    loads = [{"port_full_empty": text} for text in ("F", "E", "E F", None)]
    assert outcome("XR-010", "trip", *loads) == ["kept", "critical", "critical", None]
    sizes = [{"port_size_type": text} for text in ("45G1", "42G1", None)]
    assert outcome("XR-011", "trip", *sizes) == ["kept", "warning", None]


def test_a_list_may_name_fewer_goods_than_are_declared_but_no_others() -> None:
    chapters = [{"listed_chapters": text} for text in ("69", "85", "69 85", "69 94", None)]
    assert outcome("XR-007", "consignment", *chapters) == ["kept", "kept", "kept", "warning", None]


def test_mirror_values_and_weights_have_their_limits() -> None:
    values = [{"import_value_usd": v} for v in ("95000", "94999.99", "130000", "130000.01", None)]
    assert outcome("XR-008", "mirror", *values) == ["kept", "warning", "kept", "warning", None]
    weights = [{"import_net_kg": v} for v in ("23460", "23460.001", "22540", None)]
    assert outcome("XR-009", "mirror", *weights) == ["kept", "warning", "kept", None]


def test_weighing_may_differ_by_a_twentieth() -> None:
    weights = [
        {"gross_gross_kg": v, "port_weighed_kg": "20000"} for v in ("21000", "21000.001", "19000", None)
    ]
    assert outcome("XR-012", "trip", *weights) == ["kept", "warning", "kept", None]


def test_foreign_goods_need_evidence() -> None:
    duty_paid = {"supervision_mode": "0110"}
    said = outcome(
        "XR-013", "reexport", {**duty_paid, "import_gap_days": 365}, {**duty_paid, "import_gap_days": 366},
        {**duty_paid, "is_transit": True}, duty_paid, {**duty_paid, "imports_ahead_days": 0},
        {**duty_paid, "imports_ahead_days": -1}, {**duty_paid, "imports_ahead_days": None},
    )  # fmt: skip
    assert said == ["kept", "warning", "kept", "warning", "warning", None, None]


def test_a_box_is_left_behind_after_ten_days_and_added_at_once() -> None:
    left = {"left_behind": "MSKU9070323"}
    said = outcome(
        "XR-014", "train", {**left, "border_ahead_days": 10}, {**left, "border_ahead_days": 11},
        {"added": "MSKU9070323"}, {"left_behind": None}, {**left, "border_ahead_days": None},
    )  # fmt: skip
    assert said == [None, "critical", "critical", None, None]


def test_bookings_beyond_the_capacity_and_no_shows_are_one_discrepancy() -> None:
    said = outcome(
        "XR-015", "train", {"booked_teu": "40.01"}, {"no_show_boxes": 1, "lists_after_train_days": 0},
        {"no_show_boxes": 1, "lists_after_train_days": 1},
    )  # fmt: skip
    assert said == ["warning", "kept", "warning"]
    frame = subject_frame(("train", {"booked_teu": "42", "no_show_boxes": 1}))
    (found,) = discrepancies(frame, validate_subjects(frame, load_settings(), now_utc=NOW_UTC)).to_dicts()
    assert found["observed"] == "booked_boxes=20, no_show_boxes=1; booked_teu=42.00, capacity_teu=40.00"


def test_port_events_may_be_a_quarter_of_an_hour_out_of_order() -> None:
    loaded = [{"loaded_at_utc": t} for t in ("2025-06-01T01:45:00", "2025-06-01T01:44:59", None)]
    assert outcome("DT-002", "visit", *loaded) == ["kept", "critical", "kept"]
    alone = {"loaded_at_utc": None, "left_at_utc": None}
    assert outcome("DT-002", "visit", alone) == [None]


def test_milestones_are_compared_across_those_nobody_reported() -> None:
    unknown = {"stuffed_at_utc": None, "gate_in_at_utc": None}
    said = outcome(
        "DT-003", "trip", {"arrived_at_utc": "2025-06-05T18:00:00"}, {"arrived_at_utc": "2025-06-05T17:59:59"},
        {**unknown, "booked_at_utc": "2025-06-05T02:00:01"}, {**unknown, "booked_at_utc": None},
    )  # fmt: skip
    assert said == ["kept", "critical", "critical", "kept"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"leg_hours": "21.5"}, "kept"), ({"leg_hours": "21.501"}, "warning"), ({"leg_hours": "1"}, "kept"),
        ({"leg_hours": "0.999"}, "warning"), ({"leg_hours": "48", "leg_trips": 29}, "kept"),
        ({"leg_hours": "48.001", "leg_trips": 29}, "warning"), ({"leg_hours": None}, None),
        ({"leg_hours": "0", "leg_least_hours": None}, "warning"),
        ({"leg_hours": "900", "leg_trips": 29, "leg_most_hours": None}, "kept"),
    ],
)  # fmt: skip
def test_legs_are_measured_by_trips_once_there_are_enough(change: dict[str, Any], said: str | None) -> None:
    assert outcome("DT-004", "leg", change) == [said]


def test_a_box_needs_a_week_for_a_cycle_and_keeps_its_seal() -> None:
    gaps = [{"laden_gap_days": days} for days in (6, 7, None)]
    assert outcome("DU-004", "trip", *gaps) == ["critical", "kept", None]
    changes = [{"seal_changes": n} for n in (0, 1, None)]
    assert outcome("SE-002", "trip", *changes) == ["kept", "critical", None]


def test_a_discrepancy_names_the_delivery_its_rule_compares_with() -> None:
    others = {"port_delivery_id": "port", "list_delivery_id": "list", "declaration_delivery_id": "customs"}
    broken = {"port_full_empty": "E", "laden_gap_days": 2, "declared_gap_days": 30}
    frame = subject_frame(("trip", {**others, **broken}))
    found = discrepancies(frame, validate_subjects(frame, load_settings(), now_utc=NOW_UTC))
    assert found.select("rule_id", "other_delivery_id").rows() == [
        ("DU-004", "list"), ("XR-001", "customs"), ("XR-010", "port")
    ]  # fmt: skip
    assert found["subject_key"].to_list() == ["S0"] * 3


def test_a_rule_that_cannot_run_holds_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BatchHeld, match="cross_source could not be run"):
        validate_subjects(subject_frame(("leg", {})).drop("leg_hours"), load_settings(), now_utc=NOW_UTC)
    broken = load_suite(CROSS_SOURCE)
    broken.expectations[0].days = "seven"
    monkeypatch.setattr(cross_source, "load_suite", lambda _: broken)
    with pytest.raises(BatchHeld, match="rule"):
        validate_subjects(subject_frame(("trip", {})), load_settings(), now_utc=NOW_UTC)
