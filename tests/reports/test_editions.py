"""Editions are lists of the same blocks: each is whole, fit to be sent, and says only what it is about."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
import report_samples as samples

from corridor_etl.delivery.message import build_message
from corridor_etl.errors import SettingsError, UsageError
from corridor_etl.marts.disclosure import TOTAL
from corridor_etl.marts.public import SCHEMA
from corridor_etl.reference.calendar import weeks_between
from corridor_etl.reports import attention, editions, outside
from corridor_etl.reports.checks import check
from corridor_etl.reports.editions import edition, edition_names
from corridor_etl.reports.measures import BY_ADDRESS
from corridor_etl.reports.render import render
from corridor_etl.settings import checkout

HEADINGS = {
    "attention": "Needs attention</h2>", "targets": "Progress to annual targets", "key": "Key figures",
    "throughput": ">Throughput</h2>", "trade": ">Trade</h2>", "data": "Data behind this issue", "revisions": ">Revisions</h2>", "notes": ">Notes</h2>",
}  # fmt: skip


@pytest.fixture(scope="module", params=["throughput", "trade", "brief"])
def made(request: pytest.FixtureRequest) -> Any:
    context = samples.context(edition_id=request.param)
    rendered = render(context)
    settings = samples.settings()
    return context, rendered, build_message(rendered, context, settings.recipients[0], settings)


def test_there_are_the_four_editions_and_the_weekly_one_is_first() -> None:
    assert edition_names() == ("weekly", "brief", "throughput", "trade")


def test_an_edition_is_fit_to_be_sent(made: Any) -> None:
    context, rendered, message = made
    assert check(rendered, context, message) == []


@pytest.mark.parametrize("name", ["throughput", "trade", "brief"])
@pytest.mark.parametrize("week", ["2025-W09", "2025-W20", "2025-W47"])
def test_an_edition_of_an_early_or_empty_week_is_fit_to_be_sent(name: str, week: str) -> None:
    context = samples.context(week, edition_id=name)
    rendered, settings = render(context), samples.settings()
    assert check(rendered, context, build_message(rendered, context, settings.recipients[0], settings)) == []


def test_page_and_mail_have_the_blocks_of_the_edition_in_its_order_and_no_other(made: Any) -> None:
    context, rendered, _ = made
    for html in (rendered.page_html, rendered.mail_html):
        body = re.sub(r"<style.*?</style>", "", html, flags=re.S)
        for block, heading in HEADINGS.items():
            assert (heading in body) is (block in context.blocks), block
    found = [rendered.mail_html.index(HEADINGS[b]) for b in context.blocks if b in HEADINGS]
    assert found == sorted(found)


def test_tables_and_figures_are_numbered_from_one(made: Any) -> None:
    context = made[0]
    assert [t.number for t in context.tables.values()] == list(range(1, len(context.tables) + 1))
    assert [c.number for c in context.charts] == list(range(1, len(context.charts) + 1))


def test_the_trade_edition_leads_with_what_the_goods_were_worth() -> None:
    context = samples.context(edition_id="trade")
    assert context.headline.startswith(f"Goods worth CNY {context.figure('trade.value_cny').text} million")
    assert "TEU" not in context.subject + context.headline + " ".join(context.points)
    assert context.subject.startswith("2025-W46 corridor trade: CNY ")
    assert [t.name for t in context.tiles[:3]] == ["Trade value", "Trade, westbound", "Trade, eastbound"]


def test_the_throughput_edition_does_not_speak_of_declarations() -> None:
    context = samples.context(edition_id="throughput")
    assert not [e for e in context.attention if "without a declaration" in e.title]
    assert "corridor throughput" in context.mast
    assert set(context.tables) == {"key", "departures", "legs", "comparison", "ahead", "sources"}


def test_every_edition_names_only_what_there_is() -> None:
    for name in edition_names():
        found = edition(name)
        assert {*found.tiles, *found.key_figures, *found.watched} <= set(BY_ADDRESS)
        assert set(found.attention) <= set(attention.RULES)
        for block in found.blocks:
            for file in ("page.html", "mail.html", "text.txt"):
                assert (checkout() / "templates/_shared/blocks" / block / file).is_file()


def test_every_block_belongs_to_an_edition() -> None:
    folders = {p.name for p in (checkout() / "templates/_shared/blocks").iterdir()}
    read = [
        edition(name).seen_by(audience) for name in edition_names() for audience in edition(name).audiences
    ]
    assert folders == {block for found in read for block in found.blocks}


def test_an_audience_that_an_edition_does_not_describe_is_refused() -> None:
    with pytest.raises(SettingsError, match="does not say what the audience 'public' reads"):
        edition("trade").seen_by("public")


def test_a_busy_week_shows_others_fewer_cells_and_never_chooses_them_by_amount() -> None:
    chapters = [f"{n:02}" for n in range(1, 50)]
    cells = [("trade_value", f, h, 5, "0.01 CNY", None) for f in ("IMPORT", "EXPORT_DOMESTIC", TOTAL)
             for h in (*chapters, TOTAL)]  # fmt: skip
    table = outside.disclosed_table(pl.DataFrame(cells, schema=SCHEMA, orient="row"))
    assert table is not None
    assert len(table.rows) == 49 + 3
    assert {r[0].text for r in table.rows} == {"Imports", "Exports of Chinese goods", "All flows"}
    assert outside.disclosed_table(pl.DataFrame(schema=SCHEMA)) is None


def test_an_edition_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no edition 'daily'") as error:
        editions.edition("daily")
    assert "weekly" in str(error.value.expected)


def test_an_edition_is_made_in_the_languages_wanted_of_those_it_offers() -> None:
    kind = edition("brief").model_copy(update={"languages": ("en", "zh")})
    assert kind.made_in(("ru", "zh", "en")) == ("zh", "en")
    with pytest.raises(SettingsError, match="in none of the languages ru, kk"):
        kind.made_in(("ru", "kk"))


@pytest.mark.parametrize("name", ["weekly", "throughput"])
def test_what_is_booked_for_the_next_three_weeks_is_shown_where_anything_is(name: str) -> None:
    context = samples.context("2025-W44", edition_id=name)
    rendered, settings = render(context), samples.settings()
    message = build_message(rendered, context, settings.recipients[0], settings)
    assert check(rendered, context, message) == []
    table = context.tables["ahead"]
    assert [(r[0].text, r[1].text) for r in table.rows] == [
        (week, way) for week in ("2025-W45", "2025-W46", "2025-W47") for way in ("Westbound", "Eastbound")
    ]
    mart = samples.report_data().marts["mart_booking_week"]
    first = mart.filter(iso_week="2025-W45", direction="W", service_id=samples.LIVE).row(0, named=True)
    assert table.rows[0][3].text == f"{first['booked_teu_x100'] // 100}"
    for text in (rendered.page_html, rendered.mail_html, rendered.text):
        assert "Next three weeks" in text
        assert "Booked for the next three weeks" in text


def test_what_is_booked_is_not_spoken_of_where_nothing_is() -> None:
    none = samples.context(data=samples.report_data(weeks_between(samples.FIRST, samples.LAST)))
    assert "ahead" not in none.tables
    assert "Next three weeks" not in render(none).mail_html
