"""The fonts of charts hold every letter they are asked for, and labels fit where they stand."""

from __future__ import annotations

from typing import Any

import pytest
import report_samples as samples
from altair.utils.schemapi import SchemaValidationError

from corridor_etl.errors import ReportCheckFailed
from corridor_etl.reports import chart_marks, charts, fonts, leg_marks
from corridor_etl.reports.language import LANGUAGES, speaking, tr, tr_in

KAZAKH = "ӘҒҚҢӨҰҮҺІәғқңөұүһі"
TEXTS = {"en": "Westbound − – ±", "zh": "西行万亿元霍尔果斯Ж", "ru": "Ёё№«»", "kk": KAZAKH}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_of_a_language_holds_its_letters_in_both_weights(language: str) -> None:
    with speaking(language):
        fonts.check_covered((TEXTS[language], weight) for weight in fonts.WEIGHTS)


def test_a_letter_the_font_lacks_is_named() -> None:
    with speaking("zh"), pytest.raises(ReportCheckFailed, match=r"Қ \(U\+049A\).*'Қорғас'"):
        fonts.check_covered([("Қорғас", "normal")])
    with pytest.raises(ReportCheckFailed, match=r"西 \(U\+897F\)"):
        fonts.check_covered([("西", "bold")])


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_beside_the_bars(language: str) -> None:
    with speaking(language):
        for message in (chart_marks._WESTBOUND, chart_marks._EASTBOUND):
            assert fonts.width_px(tr(message, number="8,888"), 12, "bold") <= 100, tr(message, number="8,888")
        assert fonts.width_px(tr("This week"), 12, "bold") <= 98
        assert fonts.width_px(leg_marks._past(26), 12) <= 98
        for name in leg_marks.LEG_SHORT:
            assert fonts.width_px(tr_in("leg in chart", name), 11) <= 100


@pytest.mark.parametrize("language", ["zh", "kk"])
def test_a_picture_is_drawn_in_the_shipped_font_and_the_same_again(language: str) -> None:
    with speaking(language):
        chart = samples.context(language=language).chart("legs")
        first, second = charts.draw([chart]), charts.draw([chart])
        assert first == second
        spec = charts.DRAWINGS["legs"](chart.data).to_dict()
        assert fonts.family() in str(spec)
        assert tr_in("leg in chart", "Border") in set(charts.labels(spec))
    assert "font-family" not in first[0].svg


def test_each_drawing_is_valid_vega_lite(issue: Any) -> None:
    drawn = {c.id: charts.DRAWINGS[c.id](c.data) for c in issue[0].charts}
    assert drawn.keys() == charts.DRAWINGS.keys()
    for drawing in drawn.values():
        assert drawing.to_dict(validate=True)["layer"]
    drawn["legs"].layer[0].mark.strokeWidth = "thick"
    with pytest.raises(SchemaValidationError):
        drawn["legs"].to_dict(validate=True)
