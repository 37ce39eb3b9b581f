"""An issue says how many trains were planned, and that one that did not leave needs attention; each thing once."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_samples as samples

from corridor_etl.reports.context import WeeklyContext
from corridor_etl.reports.counts import misfits
from corridor_etl.reports.language import LANGUAGES, speaking
from corridor_etl.reports.plain_text import display_width, tile_lines


def planned(trains: int, not_left: int, language: str = "en", audience: str = "internal") -> WeeklyContext:
    """The throughput issue of a week for which each direction planned so many trains."""
    data = samples.report_data()
    mart = data.marts["mart_departure_week"].with_columns(trains_planned=trains, trains_not_left=not_left)
    changed = replace(data, marts={**data.marts, "mart_departure_week": mart})
    return samples.context(data=changed, edition_id="throughput", language=language, audience=audience)


def test_trains_planned_left_and_not_left_are_said_below_the_departures() -> None:
    assert planned(3, 1).tables["departures"].note == (
        "Planned for this week: 6 trains; of them left: 4 trains; cancelled or without a manifest: 2 trains."
    )
    assert samples.context(edition_id="throughput").tables["departures"].note == ""


@pytest.mark.parametrize("audience", ["internal", "partner"])
def test_a_planned_train_that_did_not_leave_needs_attention(audience: str) -> None:
    titles = [e.title for e in planned(3, 1, audience=audience).attention]
    assert "2 planned trains did not leave" in titles
    assert not [e for e in planned(3, 0, audience=audience).attention if "planned" in e.title]


def test_a_week_in_which_nothing_left_says_what_was_planned() -> None:
    data = samples.report_data()
    mart = data.marts["mart_departure_week"].with_columns(trains_planned=1, trains_not_left=1)
    none = replace(
        data, departures=data.departures.clear(), marts={**data.marts, "mart_departure_week": mart}
    )
    note = samples.context(data=none, edition_id="throughput").tables["departures"].note
    assert note.startswith(
        "No departure of this week is recorded. Planned for this week: 2 trains; of them left: 0"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_of_planned_trains_agree_with_their_nouns(language: str) -> None:
    with speaking(language):
        for trains, not_left in ((1, 0), (1, 1), (3, 1), (6, 5)):
            context = planned(trains, not_left, language)
            words = [context.tables["departures"].note, *(e.title for e in context.attention)]
            assert [m for text in words for m in misfits(text)] == []


def test_a_figure_whose_name_is_its_unit_says_it_once() -> None:
    heads = [row[0].text for row in samples.context(edition_id="throughput").tables["key"].rows]
    assert "Containers" in heads
    assert "Throughput, TEU" in heads


def test_headline_figures_of_the_text_stand_in_columns() -> None:
    tiles = samples.context(language="ru").tiles
    lines = tile_lines(tiles).splitlines()
    assert {line.index(tile.value) for line, tile in zip(lines, tiles, strict=True)} == {
        max(display_width(tile.name) for tile in tiles) + 2
    }
