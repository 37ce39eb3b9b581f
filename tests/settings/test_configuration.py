"""corridor.toml is read strictly, and a mistake is one sentence with the key and the fix."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.settings import Settings, checkout, load_settings, parse_settings

RAW = tomllib.loads((checkout() / "corridor.toml").read_text(encoding="utf-8"))


def changed(section: str, key: str, value: Any, item: int | None = None) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    target = raw[section] if item is None else raw[section][item]
    target[key] = value
    return raw


def test_the_three_services_are_live_comparison_and_planned(settings: Settings) -> None:
    assert {s.id: s.status for s in settings.services} == {
        "YIN-ALA": "live",
        "YIU-EU": "comparison",
        "NGB-KZ-DIRECT": "planned",
    }


def test_eastbound_nodes_mirror_westbound(settings: Settings) -> None:
    service = settings.service("YIN-ALA")
    assert list(service.nodes("E").values()) == list(reversed(service.nodes("W").values()))
    assert service.nodes("E")["door_origin"] == "ALA"


@pytest.mark.parametrize(
    ("train_no", "service_id"),
    [("X9001", "YIN-ALA"), ("X8123", "YIU-EU"), ("X7001", "NGB-KZ-DIRECT"), ("X90011", None), ("K12", None)],
)
def test_a_train_number_belongs_to_one_service(
    settings: Settings, train_no: str, service_id: str | None
) -> None:
    assert settings.service_of_train(train_no) == service_id


@pytest.mark.parametrize(
    ("raw", "key", "hint"),
    [
        (
            changed("targets", "cargo_t_per_yaer", 1),
            "targets.cargo_t_per_yaer",
            "Did you mean 'cargo_t_per_year'?",
        ),
        (changed("targets", "cargo_t_per_year", -1), "targets.cargo_t_per_year", "greater than 0"),
        (changed("services", "status", "dead", 1), "services.YIU-EU.status", "'comparison' or 'planned'"),
        (
            changed("services", "train_no_pattern", "X8[", 1),
            "services.YIU-EU.train_no_pattern",
            "regular expression",
        ),
        (
            changed("senders", "timezone", "Asia/Almatty", 0),
            "senders.train_operator.timezone",
            "IANA time zone",
        ),
        (changed("senders", "source", "letters", 0), "senders.train_operator.source", "one of manifests"),
        (changed("recipients", "address", "nobody", 0), "recipients.Managers.address", "pattern"),
        (changed("thresholds", "match_rate_min_pct", 101, None), "thresholds.match_rate_min_pct", "100"),
    ],
)
def test_a_mistake_names_its_key_and_the_way_out(raw: dict[str, Any], key: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(raw)
    assert key in caught.value.message
    assert hint in caught.value.message
    assert "\n" not in caught.value.message


def test_a_missing_key_is_named() -> None:
    raw = copy.deepcopy(RAW)
    del raw["targets"]["baseline_days"]
    with pytest.raises(SettingsError, match=r"'targets\.baseline_days' is missing"):
        parse_settings(raw)


def test_an_id_twice_is_refused() -> None:
    raw = copy.deepcopy(RAW)
    raw["services"].append(raw["services"][0])
    with pytest.raises(SettingsError, match="services has the id 'YIN-ALA' twice"):
        parse_settings(raw)


def test_a_corridor_without_a_live_service_is_refused() -> None:
    raw = copy.deepcopy(RAW)
    raw["services"][0]["status"] = "planned"
    with pytest.raises(SettingsError, match="no service is live"):
        parse_settings(raw)


def test_broken_toml_and_a_missing_file_are_explained(tmp_path: Path) -> None:
    broken = tmp_path / "corridor.toml"
    broken.write_text("[corridor\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(broken)
    with pytest.raises(SettingsError, match="no configuration at"):
        load_settings(tmp_path / "absent.toml")


def test_another_corridor_is_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (checkout() / "corridor.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(text.replace("Ningbo–Yining–Almaty", "Xi'an–Tashkent", 1), encoding="utf-8")
    monkeypatch.setenv("CORRIDOR_CONFIG", str(other))
    assert load_settings().corridor.name == "Xi'an–Tashkent"


@pytest.mark.parametrize("prefixes", [["MSK"], ["MSKU", "CSQ"], []])
def test_owners_of_containers_are_three_letters_with_or_without_the_category(prefixes: list[str]) -> None:
    assert parse_settings(changed("reference", "owner_prefixes", prefixes)).reference.owner_prefixes == tuple(
        prefixes
    )


@pytest.mark.parametrize("prefix", ["msk", "MS", "MSKX", "MSKU9"])
def test_what_is_no_owner_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(SettingsError, match="owner_prefixes"):
        parse_settings(changed("reference", "owner_prefixes", [prefix]))


def test_a_configuration_of_an_older_release_needs_no_new_keys() -> None:
    raw = copy.deepcopy(RAW)
    del raw["reference"]
    for key in ("train_gross_max_t", "train_wagons_max", "charges_max_share", "invoice_tolerance_share",
                "value_range_mads", "value_range_min_records"):  # fmt: skip
        del raw["thresholds"][key]
    settings = parse_settings(raw)
    assert settings.thresholds == parse_settings(RAW).thresholds
    assert settings.reference.owner_prefixes == ()


@pytest.mark.parametrize("languages", [[], ["en", "en"], ["de"]])
def test_languages_of_reports_are_known_ones_and_each_once(languages: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"reports\.languages"):
        parse_settings(changed("reports", "languages", languages))
