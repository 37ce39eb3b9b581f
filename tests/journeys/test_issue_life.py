"""An issue is published, then a late file comes: the first issue stays as it was, a revision says what changed and which
file did it, and the next issue lists the same difference. An issue without its data is held until it comes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corridor_etl.jobs import issue_checks
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.issue_checks import Made
from corridor_etl.jobs.issue_versions import Plan, contexts
from corridor_etl.jobs.rebuild import rebuild
from corridor_etl.jobs.revising import changed_weeks
from corridor_etl.jobs.weekly import IssueResult, publish_week, revise_week
from corridor_etl.reference.calendar import parse_range, week_of
from corridor_etl.reports.content import TEMPLATE_VERSION
from corridor_etl.reports.editions import edition
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from tests.journeys.spoken import two_or_all

WEEKS, WEEK, NEXT = "2025-W20:2025-W21", "2025-W20", "2025-W21"
NOW = "2025-06-02T01:00:00+00:00"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@dataclass
class Life:
    """What was seen on the way."""

    home: Path
    config: Path
    languages: tuple[str, ...]
    late: Path
    results: dict[str, IssueResult] = field(default_factory=dict)
    before: dict[str, bytes] = field(default_factory=dict)
    due: tuple[list[str], list[str]] = ([], [])

    def page(self, name: str) -> Path:
        found = self.results[name].page
        assert found is not None, self.results[name].line()
        return found


@pytest.fixture(scope="module", **two_or_all("kk"))
def life(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, only_in: Callable[..., Path]
) -> Iterator[Life]:
    """In two languages, or in all of them."""
    home, config = tmp_path_factory.mktemp("life"), only_in(*request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_CONFIG", str(config))
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        simulate(home, parse_range(WEEKS), seed=1, faults=False, settings=load_settings())
        inbox = home / "inbox"
        trains = {
            p: week_of(date.fromisoformat(p.stem[-10:])) for p in sorted((inbox / "train_operator").iterdir())
        }
        late = next(p for p, week in trains.items() if week == WEEK and "_X9" in p.name)
        manifests = [p for p, week in trains.items() if week == NEXT]
        aside = {p: home / p.name for p in (late, *manifests)}
        for path, place in aside.items():
            path.rename(place)
        found = Life(home, config, request.param, late)
        ingest()
        found.results["first"] = publish_week(WEEK)
        found.before = files_of(found.page("first").parent.parent)
        found.results["held"] = publish_week(NEXT)
        aside[late].rename(late)
        ingest()
        found.due = (changed_weeks(), [])
        found.results["revised"] = revise_week(WEEK)
        found.due = (found.due[0], changed_weeks())
        found.results["again"] = revise_week(WEEK)
        for path in manifests:
            aside[path].rename(path)
        ingest()
        found.results["next"] = publish_week(NEXT)
        yield found


@pytest.fixture(autouse=True)
def same_home(life: Life, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setenv("CORRIDOR_CONFIG", str(life.config))
    monkeypatch.setenv("CORRIDOR_HOME", str(life.home))
    monkeypatch.setenv("CORRIDOR_NOW", NOW)


def figures(week: str, revision: int) -> dict[str, str | None]:
    with Warehouse.open() as warehouse:
        return dict(
            warehouse.issue_figures("weekly", week, revision).select("address", "value_text").iter_rows()
        )


def changes() -> list[dict[str, Any]]:
    with Warehouse.open() as warehouse:
        return warehouse.issue_changes().filter(week=WEEK, revision=1).to_dicts()


def test_the_first_issue_stays_as_it_was(life: Life) -> None:
    assert {name.split("/")[0] for name in life.before} == set(life.languages)
    assert files_of(life.page("first").parent.parent) == life.before
    assert life.page("revised").parent != life.page("first").parent


def test_the_revision_lists_every_figure_that_differs_and_no_other(life: Life) -> None:
    old, new = figures(WEEK, 0), figures(WEEK, 1)
    differing = {a: (old[a], new[a]) for a in old if old[a] != new[a]}
    assert differing
    assert {c["address"]: (c["value_before"], c["value_after"]) for c in changes()} == differing


def test_each_change_names_the_file_that_caused_it(life: Life) -> None:
    for change in changes():
        assert change["causes"] == "late"
        assert change["file_names"] == f"train_operator/{life.late.name}"
    page = life.page("revised").read_text(encoding="utf-8")
    assert f"after {life.late.name}" in page
    assert "What this revision changes" in page


TOLD = {"zh": "本次更正的变动", "ru": "Что изменено в этой редакции", "kk": "Осы түзетуде не өзгерді"}


def test_a_revision_is_told_in_every_language(life: Life) -> None:
    for language in life.languages[1:]:
        page = (life.page("revised").parent.parent / language / "index.html").read_text(encoding="utf-8")
        assert TOLD[language] in page
        assert life.late.name in page
        for english in ("What this revision changes", "late records", "Published", "Revisions", "Corrected"):
            assert english not in page, language


def test_the_mail_of_a_revision_says_that_it_is_one(life: Life) -> None:
    mails = life.results["revised"].messages
    assert len(mails) == 2
    assert all(b"\r\nSubject: Corrected: 2025-W20" in path.read_bytes() for path in mails)


def test_a_published_week_is_due_for_a_revision_until_it_has_it(life: Life) -> None:
    assert life.due == ([WEEK], [])


def test_without_a_further_change_there_is_no_further_revision(life: Life) -> None:
    assert life.results["again"].line().startswith("weekly 2025-W20 has not changed since r1")


def test_the_next_issue_lists_the_difference(life: Life) -> None:
    old, new = figures(WEEK, 0), figures(WEEK, 1)
    text = (life.page("next").parent / "issue.txt").read_text(encoding="utf-8")
    listed = text.split("Revised since the last issue")[1]
    row = next(row for row in listed.splitlines() if row.startswith(f"{WEEK}  Throughput, TEU"))
    before, after = (Decimal(v or 0) for v in (old["throughput.teu"], new["throughput.teu"]))
    assert row.split()[3:6] == [f"{before:.0f}", f"{after:.0f}", f"+{after - before:.0f}"]
    assert life.late.name in row


def test_the_triangle_beside_the_page_holds_first_print_and_present_value(life: Life) -> None:
    data = (life.page("next").parent / "triangle.csv").read_text(encoding="utf-8-sig")
    rows = {(r["figure"], r["iso_week"]): r for r in csv.DictReader(io.StringIO(data))}
    mine = rows["teu_x100", WEEK]
    for name, revision in (("first", 0), ("now", 1)):
        assert Decimal(mine[name]) / 100 == Decimal(figures(WEEK, revision)["throughput.teu"] or 0)


def test_an_issue_without_its_data_is_held_and_says_what_is_missing(life: Life) -> None:
    held = life.results["held"]
    assert held.page is None
    assert held.line() == "weekly 2025-W21 is held: Train manifests: nothing of this week was received."
    with Warehouse.open() as warehouse:
        rows = warehouse.issue_holds().to_dicts()
    assert [(r["edition"], r["week"], r["snapshot"]) for r in rows] == [("weekly", NEXT, 1)]


def test_it_is_published_once_the_data_has_come(life: Life) -> None:
    assert life.results["next"].state == "published"
    with Warehouse.open() as warehouse:
        assert warehouse.issues()["week"].to_list() == [WEEK, WEEK, NEXT]
        assert warehouse.issues()["issue_no"].to_list() == [1, 1, 2]


@pytest.mark.parametrize(
    ("week", "revision"),
    [(WEEK, 1), *(pytest.param(week, 0, marks=pytest.mark.long) for week in (WEEK, NEXT))],
)
def test_an_issue_made_again_from_its_snapshot_has_the_same_bytes(
    life: Life, week: str, revision: int
) -> None:
    again = rebuild(week, edition_id="weekly", revision=revision, with_checks=True)
    assert (again.differing, again.failed) == ((), ())


def test_the_ledger_keeps_each_version_with_code_and_templates(life: Life) -> None:
    with Warehouse.open() as warehouse:
        rows = warehouse.issue_versions().filter(week=WEEK).to_dicts()
    kept = [(r["revision"], r["audience"], r["language"], r["template_version"]) for r in rows]
    assert sorted(kept) == sorted(
        (r, "internal", language, TEMPLATE_VERSION) for r in (0, 1) for language in life.languages
    )


def made_of_the_next_week(warehouse: Warehouse) -> Made:
    settings, issue = load_settings(), warehouse.issues().filter(week=NEXT).row(0, named=True)
    plan = Plan(edition("weekly"), NEXT, issue["issue_no"], 0, issue["snapshot"], issue["scheduled_at_utc"])
    context = contexts(plan, warehouse, settings)[0]
    return Made(context, warehouse, warehouse.at(plan.snapshot), settings)


@pytest.mark.usefixtures("life")
def test_the_year_and_the_revisions_go_on_from_what_the_last_issue_said() -> None:
    with Warehouse.open() as warehouse:
        made = made_of_the_next_week(warehouse)
        assert made.last is not None
        assert (made.last["week"], "revisions" in made.context.tables) == (WEEK, True)
        for rule in issue_checks.RULES:
            assert list(rule(made)) == []
        made.said["throughput.teu"][WEEK] = (made.said["throughput.teu"][WEEK] or Decimal(0)) + 1
        assert [p.split(" ")[0] for p in issue_checks.the_year_adds_up(made)] == ["throughput.teu"]
        assert [p.split(" ")[0] for p in issue_checks.revisions_begin_as_published(made)] == [
            "throughput.teu"
        ]
        # A figure that the last issue computed otherwise can be held to nothing that issue said.
        assert made.redefined == ()
        anew = replace(made)
        vars(anew).update(said=made.said, redefined=("throughput.teu",))
        assert list(issue_checks.the_year_adds_up(anew)) == []
        assert list(issue_checks.revisions_begin_as_published(anew)) == []


@pytest.mark.usefixtures("life")
def test_a_total_that_is_not_the_mart_s_is_found() -> None:
    with Warehouse.open() as warehouse:
        made = made_of_the_next_week(warehouse)
        wrong = replace(made.context.figure("match.laden_boxes"), value=Decimal(999))
        figures = tuple(wrong if f.address == wrong.address else f for f in made.context.figures)
        problems = issue_checks.totals_are_the_marts(
            replace(made, context=replace(made.context, figures=figures))
        )
        assert [p.split(", the mart")[0] for p in problems] == ["match.laden_boxes is 999"]
