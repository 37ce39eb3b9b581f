"""The status page: what it counts, what its calendar says without colour, short lists at any scale, inert text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import html5lib
import polars as pl
import pytest

from corridor_etl.jobs.metrics import MEANINGS
from corridor_etl.quality.freshness import source_weeks
from corridor_etl.quality.rule_words import all_in_words
from corridor_etl.reports.site_looks import page
from corridor_etl.reports.status import Status, status
from corridor_etl.reports.status_beside import HELPS, MEASURES, NEXT_STEP, Beside, age, beside
from corridor_etl.reports.status_calendar import WEEKS, Calendar, calendar, last_week
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse.overview import Overview
from tests.contracts.command_lines import understood

NOW = datetime(2025, 6, 25, 7, tzinfo=UTC)  # a Wednesday, on which week 25 is due
AT = pl.Datetime("us", "UTC")
REASON = "Train manifests: nothing of this week was received."


def overview(rules: int = 2) -> Overview:
    seen = [NOW - timedelta(days=n) for n in range(rules)]
    return Overview(
        deliveries=pl.DataFrame(
            {
                "source_id": ["manifests", "manifests", None],
                "status": ["loaded", "rejected", "rejected"],
                "files": [1200, 2, 30],
                "rows_read": [2_000_000, 0, 0],
                "rows_loaded": [1_999_990, 0, 0],
                "rows_quarantined": [10, 0, 0],
                "rows_duplicate": [0, 0, 0],
                "last_received_at_utc": [NOW] * 3,
            }
        ),
        rejected=pl.DataFrame(
            [{"delivery_no": 7, "file_name": "a/<b>\u202e.csv", "sender_id": None, "reason": "EMPTY_FILE",
              "received_at_utc": NOW}]
        ),
        quarantine=pl.DataFrame(
            {"rule_ids": [f"ID-{n:03},WT-002" for n in range(rules)], "rows": [5] * rules, "oldest_at_utc": seen}
        ),
        discrepancies=pl.DataFrame(
            {"rule_id": ["XR-001", "XR-002"], "severity": ["critical", "warning"], "items": [3, 40],
             "oldest_at_utc": [NOW - timedelta(days=9), NOW]}
        ),
        outbox=pl.DataFrame({"state": ["queued", "unknown"], "messages": [4, 1], "oldest_at_utc": [NOW, NOW]}),
        batches=pl.DataFrame(
            [{"snapshot": 12, "received_at_utc": NOW - timedelta(minutes=70), "committed_at_utc": NOW - timedelta(hours=1),
              "deliveries": 3, "rows_loaded": 500}]
        ),
        issues=pl.DataFrame(
            [{"edition": "weekly", "week": f"2025-W{n}", "revision": 0, "state": state, "snapshot": 12,
              "published_at_utc": NOW} for n, state in ((22, "partial"), (23, "published"))]
        ),
    )  # fmt: skip


def grid(settings: Settings) -> Calendar:
    """Train manifests came for week 23, declarations half of it; nothing came for week 24; rail came late."""
    came = [("manifests", "2025-W23", 20), ("declarations", "2025-W23", 20), ("rail_records", "2025-W23", 1),
            ("answers", "2025-W23", 10), ("declarations", "2025-W26", 1)]  # fmt: skip
    came += [("bookings", "2025-W22", 25)] * 1234
    arrivals = pl.DataFrame(
        [(source, week, NOW - timedelta(days=days)) for source, week, days in came],
        schema={"source_id": pl.String, "iso_week": pl.String, "received_at_utc": AT},
        orient="row",
    )
    files = arrivals.group_by("source_id", "iso_week").agg(files=pl.len().cast(pl.Int64))
    return calendar(source_weeks(arrivals, settings, now_utc=NOW), files, "2025-W26", settings.sources)


def things_beside(found: Overview) -> Beside:
    """A week held twice, one held and published since; an open incident, one taken on, one over; two backfills."""
    holds = [
        (23, 0, 12, "Check failed: 1."),
        (24, 0, 11, "x"),
        (24, 0, 12, f"{REASON}\nDocuments differ: 3 <b>."),
    ]
    incidents = [
        ("open", "issue.held/weekly/2025-W24"),
        ("acknowledged", "mail.failed/<1@x>"),
        ("resolved", "over"),
    ]
    backfills = [("done", "a table"), ("waiting_approval", "new rates")]
    metrics = [("corridor_batch_seconds_median", "", 12.34), ("corridor_source_files", "source=a", 3.0),
               ("corridor_source_files", "source=b", 1_000.0), ("corridor_quarantine_oldest_age_seconds", "", 180_000.0),
               ("corridor_outbox_oldest_age_seconds", "state=queued", 4_000.0),
               ("corridor_outbox_oldest_age_seconds", "state=sent", 9_000_000.0)]  # fmt: skip
    return beside(
        pl.DataFrame([{"edition": "weekly", "week": f"2025-W{week}", "revision": revision, "snapshot": snapshot,
                       "held_at_utc": NOW - timedelta(hours=5), "reasons": reasons}
                      for week, revision, snapshot, reasons in holds]),
        found.issues,
        pl.DataFrame([{"incident_no": n, "incident_key": key, "state": state, "times_seen": 2, "message": "held <i>",
                       "opened_at_utc": NOW - timedelta(days=n)} for n, (state, key) in enumerate(incidents, 1)]),
        [{"backfill_id": n, "weeks": "2025-W20:2025-W22", "weeks_first": "2025-W20", "weeks_last": "2025-W22",
          "state": state, "done": "1 of 3", "differ": 7, "reason": reason, "requested_at_utc": NOW}
         for n, (state, reason) in enumerate(backfills, 1)],
        pl.DataFrame(metrics, schema=["metric", "labels", "value"], orient="row"),
        NOW,
    )  # fmt: skip


def made(settings: Settings, found: Overview | None = None) -> Status:
    found = found or overview()
    return status(found, grid(settings), all_in_words(), settings.sources, NOW, things_beside(found))


def shown(of: Status, settings: Settings) -> str:
    values = {"corridor": settings.corridor, "status": of, "weeks": 4, "at": NOW, "zone": "UTC"}
    return page("status.html", "internal/status/index.html", values).decode()


def test_the_calendar_says_in_signs_and_words_what_came(settings: Settings) -> None:
    found = grid(settings)
    rows = dict(found.rows)
    at = {week.week: n for n, week in enumerate(found.weeks)}
    assert len(found.weeks) == WEEKS
    assert found.weeks[-1].week == "2025-W26"

    def mark(source: str, week: str) -> tuple[str, str, str]:
        said = rows[source][at[week]]
        return said.text, said.spoken, said.kind

    assert mark("Train manifests", "2025-W23") == ("1", "1 file", "")
    assert mark("Customs declarations", "2025-W23") == ("1/2", "1 of 2 files, late", "part")
    assert mark("Customs declarations", "2025-W26") == ("1/2", "1 of 2 files, not due yet", "")
    assert mark("Rail and border records", "2025-W23") == ("1!", "1 file, late", "late")
    assert mark("Train manifests", "2025-W24") == ("0/1", "0 of 1 file, late", "none")
    assert mark("Train manifests", "2025-W26") == ("·", "nothing", "quietly")
    assert mark("Bookings", "2025-W22") == ("1.2k", "1,234 files", "")
    assert mark("Answers of customs", "2025-W23") == ("1", "1 file", "")
    assert "Transport documents" not in rows  # not expected, and nothing came


def test_older_weeks_are_left_out_on_narrow_pages_first(settings: Settings) -> None:
    hidden = [week.hidden for week in grid(settings).weeks]
    assert hidden == ["w26"] * 13 + ["w13"] * 7 + [""] * 6


def test_tiles_say_what_needs_somebody(settings: Settings) -> None:
    tiles = {tile.name: (tile.value, tile.tone) for tile in made(settings).tiles}
    assert tiles.pop("Overdue")[1] == "bad"
    assert tiles == {
        "Files rejected": ("32", "bad"),
        "Rows held back": ("10", "open"),
        "Items that disagree": ("43", "open"),
        "Mails in trouble": ("1", "bad"),
        "Issues held": ("1", "bad"),
    }


def test_a_row_counts_under_each_rule_it_breaks_and_once_in_the_total(settings: Settings) -> None:
    found = made(settings)
    assert [(r["rule_id"], r["rows"], r["age"]) for r in found.quarantine] == [
        ("WT-002", 10, "1 d"), ("ID-000", 5, "0 min"), ("ID-001", 5, "1 d"),
    ]  # fmt: skip
    assert found.quarantine_rows == 10
    assert found.discrepancies[0]["words"] == "released by customs, on no train list"
    assert [(r["rule_id"], r["age"]) for r in found.discrepancies] == [("XR-002", "0 min"), ("XR-001", "9 d")]


def test_long_lists_end_in_all_other(settings: Settings) -> None:
    found = made(settings, overview(rules=500))
    assert len(found.quarantine) == 11
    last = found.quarantine[-1]
    assert (last["rule_id"], last["words"], last["rows"], last["age"]) == (
        "",
        "491 other rules",
        2455,
        "499 d",
    )
    assert len(shown(found, settings).encode()) < 60_000


def test_files_are_counted_by_source_in_the_order_of_the_settings(settings: Settings) -> None:
    rows = made(settings).deliveries
    assert [(r["source"], r["loaded"], r["rejected"]) for r in rows] == [
        ("Train manifests", 1200, 2),
        ("no sender claims them", 0, 30),
    ]
    assert made(settings).rejected_more == 31


def test_an_issue_is_held_until_it_is_published_with_its_last_reasons_and_what_helps(
    settings: Settings,
) -> None:
    found = made(settings)
    (held,) = found.beside.held
    assert (held["week"], held["snapshot"], held["age"]) == ("2025-W24", 12, "5 h")
    assert held["reasons"] == [REASON, "Documents differ: 3 <b>."]
    assert held["commands"] == [
        "corridor coverage --week 2025-W24",
        "corridor discrepancies list",
        "corridor report publish 2025-W24 --edition weekly",
    ]
    assert sorted(i["week"] for i in found.issues) == ["2025-W22", "2025-W23"]
    text = shown(found, settings)
    assert '<span class="mark warn">held</span> weekly 2025-W24' in text
    assert f"<li>{REASON}</li>" in text
    assert "Documents differ: 3 &lt;b&gt;." in text
    assert "<code>corridor report publish 2025-W24 --edition weekly</code>" in text


@pytest.mark.parametrize(
    "command",
    [
        *(command for _, command in HELPS),
        *NEXT_STEP.values(),
        "corridor incidents acknowledge 1",
        "corridor incidents resolve 1",
        "corridor report publish {week} --edition {edition} --revise",
    ],
)
def test_every_command_the_page_names_is_one(command: str) -> None:
    values = {
        "week": "2025-W24",
        "edition": "weekly",
        "backfill_id": 1,
        "weeks_first": "2025-W20",
        "weeks_last": "2025-W21",
    }
    understood(command.format_map(values))


def test_incidents_and_backfills_that_wait_come_with_the_next_step(settings: Settings) -> None:
    found = made(settings)
    assert [(i["incident_no"], i["command"], i["age"]) for i in found.beside.incidents] == [
        (2, "corridor incidents resolve 2", "2 d"),
        (1, "corridor incidents acknowledge 1", "1 d"),
    ]
    assert [(b["backfill_id"], b["command"]) for b in found.beside.backfills] == [
        (2, "corridor backfill approve 2"),
        (1, ""),
    ]
    text = shown(found, settings)
    assert "mail.failed/&lt;1@x&gt;" in text
    assert "held &lt;i&gt;" in text
    assert "waiting approval" in text


def test_how_runs_do_is_told_in_units_that_people_read(settings: Settings) -> None:
    found = {row["words"]: row["value"] for row in made(settings).beside.measures}
    assert found == {
        "Batch, median": "12.3 s",
        "Files received for weeks that were due": "1,003",
        "Oldest row in quarantine": "2 d",
        "Oldest mail that waits": "1 h",
    }
    assert {measure.metric.partition("{")[0] for measure in MEASURES} <= set(MEANINGS)


def test_the_page_is_valid_and_what_senders_wrote_is_text(settings: Settings) -> None:
    text = shown(made(settings), settings)
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    assert [error for _, error, _ in parser.errors] == []
    assert "a/&lt;b&gt; .csv" in text
    assert "\u202e" not in text
    assert "<script" not in text
    assert text.count("<h1>") == 1


def test_the_json_says_the_same(settings: Settings) -> None:
    found = made(settings)
    said = json.loads(found.to_json(settings.corridor))
    assert said["quarantine_rows"] == found.quarantine_rows
    assert said["at_utc"] == "2025-06-25T07:00:00+00:00"
    assert said["runs"] == [
        {"snapshot": 12, "committed_at_utc": "2025-06-25T06:00:00+00:00", "deliveries": 3, "rows_loaded": 500, "took_s": 600}
    ]  # fmt: skip
    assert found.to_json(settings.corridor) == made(settings).to_json(settings.corridor)


def test_an_empty_ledger_has_a_page(settings: Settings) -> None:
    empty = Overview(**{name: frame.clear() for name, frame in vars(overview()).items()})
    nothing = calendar(
        source_weeks(pl.DataFrame(schema={"source_id": pl.String, "iso_week": pl.String, "received_at_utc": AT}),
                     settings, now_utc=NOW),
        pl.DataFrame(schema={"source_id": pl.String, "iso_week": pl.String, "files": pl.Int64}),
        "2025-W26", settings.sources,
    )  # fmt: skip
    found = status(empty, nothing, {}, settings.sources, NOW, Beside())
    assert {tile.tone for tile in found.tiles} == {""}
    text = shown(replace(found, at_utc=NOW), settings)
    for sentence in (
        "No row is held back",
        "Nothing is open",
        "The outbox is empty",
        "Nothing was ever ingested",
        "No issue is held",
    ):
        assert sentence in text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "0 min"),
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (1439, "23 h"),
        (1440, "1 d"),
        (2880 * 10, "20 d"),
    ],
)
def test_ages_are_whole_units(minutes: int, said: str) -> None:
    assert age(timedelta(minutes=minutes)) == said


def test_a_calendar_ends_with_this_week_unless_all_that_came_is_older_than_it_shows() -> None:
    assert last_week(pl.Series(["2025-W20", "2025-W26"]), "2025-W30") == "2025-W30"
    assert last_week(pl.Series(["2025-W26"]), "2025-W51") == "2025-W51"
    assert last_week(pl.Series(["2025-W20", "2025-W26"]), "2025-W52") == "2025-W26"
    assert last_week(pl.Series(["2025-W26", "2099-W10"]), "2025-W52") == "2025-W26"
    assert last_week(pl.Series([], dtype=pl.String), "2025-W30") == "2025-W30"


def test_the_settings_of_the_checkout_have_every_source_in_the_calendar() -> None:
    settings = load_settings()
    expected = {source.name for source in settings.sources if source.is_expected}
    assert expected <= {name for name, _ in grid(settings).rows}
