"""Issues in four languages: every word translated, numbers and plurals of the language, the same figures in each."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import report_samples as samples
from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st
from report_situations import CLASSES, WEEK, figure, figures, situations

from corridor_etl.delivery.message import build_message
from corridor_etl.errors import ReportCheckFailed, UsageError
from corridor_etl.reports import catalogues, counts, formats, points, signs, units, verdicts, wording
from corridor_etl.reports.checks import check
from corridor_etl.reports.editions import edition, edition_names
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import LANGUAGES, listed, speaking, spoken, tr, tr_in
from corridor_etl.reports.measures import MEASURES
from corridor_etl.reports.plain_text import WIDTH, display_width, wrapped
from corridor_etl.reports.render import render

NAMES_AND_CODES = {
    "TEU", "p", "ISO", "HS", "CSV", "figures", "csv", "issue", "json", "triangle", "xlsx", "English", "corridor", "corridor_etl", "explain", "weekly",
    "throughput", "teu", "W", "UTC", "r", "zh", "ru", "kk",
}  # fmt: skip


@pytest.fixture(scope="module", params=["zh", "ru", "kk"])
def made(request: pytest.FixtureRequest) -> Any:
    context = samples.context(language=request.param)
    rendered, settings = render(context), samples.settings()
    return context, rendered, build_message(rendered, context, settings.recipients[0], settings)


def test_an_issue_passes_every_check_in_its_language(made: Any) -> None:
    context, rendered, message = made
    assert check(rendered, context, message) == []


def test_no_english_word_is_left_in_page_and_text(made: Any) -> None:
    _, rendered, _ = made
    page = re.sub(r"<style.*?</style>|<(?!img)[^>]+>", " ", rendered.page_html, flags=re.S)
    for text in (page, rendered.text):
        plain = re.sub(r"https?://\S+|\S+@\S+|&\w+;|\b[XW]?\d[\w-]*", " ", text)
        assert set(re.findall(r"[A-Za-z_]+", plain)) - NAMES_AND_CODES == set()


def test_the_workbook_is_in_the_language_of_its_issue(made: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made[1].workbook))
    about, figures, series, definitions, *_ = book.worksheets
    assert list(figures.tables) + list(series.tables) + list(definitions.tables) == [
        "Figures",
        "Series",
        "Definitions",
    ]
    shown = [*book.sheetnames, *(cell.value for line in about.iter_rows() for cell in line)]
    shown += [cell.value for sheet in (figures, definitions) for cell in sheet[1]]
    shown += [line[at].value for line in figures.iter_rows() for at in (1, 5, 6, 15)]
    plain = re.sub(r"https?://\S+|\S+@\S+|\b[XW]?\d[\w-]*", " ", " ".join(filter(None, shown)))
    names = {*re.findall("[A-Za-z]+", f"{made[0].corridor_name} {made[0].operator}"), made[0].language}
    assert set(re.findall(r"[A-Za-z_]+", plain)) - NAMES_AND_CODES - names == set()
    assert not any(" of " in (cell.value or "") for line in definitions.iter_rows() for cell in line)


def test_figures_have_the_same_values_and_classes_in_every_language(issue: Any, made: Any) -> None:
    def facts(figure: Figure) -> tuple[object, ...]:
        return (
            figure.address,
            figure.value,
            figure.unit,
            figure.maturity,
            figure.range_class,
            figure.range_high,
        )

    assert [facts(f) for f in made[0].figures] == [facts(f) for f in issue[0].figures]


@pytest.mark.parametrize("language", ["zh", "ru", "kk"])
def test_every_message_is_translated(language: str) -> None:
    assert catalogues.faults(language) == []
    words = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogues.extracted()}
    assert {"Needs attention", "%(count)s container", "New this week."} <= words
    assert {measure.name for measure in MEASURES} <= words
    for name in edition_names():
        with speaking(language):
            assert tr(edition(name).title)
            assert tr_in("masthead", edition(name).label)
            assert tr_in("subject", edition(name).label)


def test_a_word_that_nobody_translated_stops_the_issue() -> None:
    with (
        speaking("ru"),
        pytest.raises(ReportCheckFailed, match="'Never written' has no translation") as error,
    ):
        tr("Never written")
    assert (error.value.facts["language"], error.value.facts["message"]) == ("ru", "Never written")
    assert tr("Never written") == "Never written"


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("a", string="b", flags=["fuzzy"]), "is fuzzy"),
        (Message("a", string=""), "has no translation"),
        (Message(("%(count)s a", "%(count)s as"), string=("%(count)s b", "")), "has no translation"),
        (Message("%(x)s a", string="%(y)s b"), "with other places"),
        (Message("%(x)s%% a", string="%(x)s% b"), "per cent sign"),
    ],
)
def test_a_translation_that_does_not_fit_is_a_fault(message: Message, fault: str) -> None:
    assert any(fault in found for found in catalogues.message_faults(message))


def test_a_language_is_spoken_only_inside_and_only_if_it_is_known() -> None:
    with pytest.raises(KeyError), speaking("zh"):
        raise KeyError
    assert spoken() == "en"
    with pytest.raises(UsageError, match="'fr'"), speaking("fr"):
        pass


@pytest.mark.parametrize(
    ("language", "number", "share", "day", "week", "long", "late", "names"),
    [
        ("en", "−12,345.6", "86.8%", "Mon 10 Nov", "10–16 Nov 2025", "10 November 2025", "4 h 10 min", "a and b"),
        ("zh", "−12,345.6", "86.8%", "11月10日周一", "2025年11月10日至16日", "2025年11月10日", "4小时10分", "a和b"),
        ("ru", "−12 345,6", "86,8 %", "пн, 10 нояб.", "10–16 нояб. 2025 г.", "10 ноября 2025 г.", "4 ч 10 мин", "a и b"),
        ("kk", "−12 345,6", "86,8%", "10 қар., дс", "2025 ж. 10–16 қар.", "2025 ж. 10 қараша", "4 сағ 10 мин", "a және b"),
    ],
)  # fmt: skip
def test_numbers_and_dates_are_those_of_the_language(
    language: str, number: str, share: str, day: str, week: str, long: str, late: str, names: str
) -> None:
    monday = date(2025, 11, 10)
    with speaking(language):
        found = (
            formats.number(Decimal("-12345.6"), 1),
            formats.share(868, 1000),
            formats.day(monday),
            formats.days_of_week(monday),
            formats.long_date(monday),
            formats.lateness(15_000),
            listed(["a", "b"]),
        )
        assert formats.parsed(found[0]) == Decimal("-12345.6")
        assert formats.parsed(found[1]) == Decimal("86.8")
    assert [text.replace("\u00a0", " ") for text in found] == [number, share, day, week, long, late, names]


@pytest.mark.parametrize(
    ("count", "containers", "part"),
    [
        (1, "1 контейнер", "0 из 1 контейнера"),
        (3, "3 контейнера", "0 из 3 контейнеров"),
        (11, "11 контейнеров", "0 из 11 контейнеров"),
        (21, "21 контейнер", "0 из 21 контейнера"),
        (1204, "1\u00a0204 контейнера", "0 из 1\u00a0204 контейнеров"),
    ],
)
def test_russian_nouns_have_three_forms(count: int, containers: str, part: str) -> None:
    with speaking("ru"):
        assert counts.counted(count, "container") == containers
        assert counts.part_of(0, count, "container") == part
        assert list(counts.misfits(f"Всего {containers}, {part}.")) == []
        assert list(counts.misfits("21 контейнеров, 2 из 34 контейнера")) == [
            "2 из 34 контейнера",
            "21 контейнеров",
        ]


@pytest.mark.parametrize(
    ("amount", "text", "long"),
    [
        ("40653000", "4,070万元", "4,070万元"),
        ("99949999", "9,990万元", "9,990万元"),
        ("1234567890", "12.346亿元", "12.346亿元"),
    ],
)
def test_chinese_counts_money_in_wan_and_yi(amount: str, text: str, long: str) -> None:
    with speaking("zh"):
        scale = units.scale("CNY", Decimal(amount))
        assert scale.with_unit(scale.number(Decimal(amount))) == text
        assert scale.with_unit(scale.number(Decimal(amount)), is_long=True) == long
        assert units.target_amount("CNY", Decimal(10**9)) == "10亿元"
        assert units.target_amount("t", Decimal(27_000)) == "2.7万吨"
    assert units.scale("CNY", Decimal(amount)).name == "CNY m"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sign_is_in_what_says_it_and_in_nothing_else(language: str) -> None:
    with speaking(language):
        said = {
            **{("level", c): tr(m, teu=1) for c, m in wording._LEVEL.items()},
            **{("level", c): tr(m, value=1) for c, m in wording._WORTH.items()},
            **{("border", c): tr(m, hours=1) for c, m in wording._BORDER.items()},
        }
        for (what, known), text in said.items():
            assert (signs.sign("above") in text) is ((what, known) == ("level", "above"))
            assert (signs.sign("below") in text) is ((what, known) == ("level", "below"))
            assert (signs.sign("slowed") in text) is ((what, known) == ("border", "above"))
            assert (signs.sign("sped up") in text) is ((what, known) == ("border", "below"))
        for table in (wording._TARGET, wording._TARGET_SHORT):
            for missed, message in table.items():
                assert signs.sign("target") in tr(message, days=7)
                assert (signs.sign("missed") in tr(message, days=7)) is missed
        for known in CLASSES:
            title = tr(verdicts.THROUGHPUT[known])
            assert (signs.sign("above") in title, signs.sign("below") in title) == (
                known == "above",
                known == "below",
            )


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data(), target=st.sampled_from([5, 7, 12.5]))
def test_no_sentence_contradicts_its_figures_in_any_language(
    language: str, data: st.DataObject, target: float
) -> None:
    made = data.draw(situations(language))
    with speaking(language):
        teu, border = made["throughput.teu"], made["transit.border_hours"]
        texts = (wording.headline(made, WEEK, target), wording.subject(made, WEEK))
        assert len(texts[0]) <= wording.HEADLINE_LIMIT
        assert len(texts[1]) <= wording.SUBJECT_LIMIT
        level = re.split("[;；]", texts[0])[0]
        is_known = teu.value is not None
        assert (signs.sign("above") in level) is (is_known and teu.range_class == "above")
        assert (signs.sign("below") in level) is (is_known and teu.range_class == "below")
        assert signs.sign("slowed") not in texts[0] or border.range_class == "above"
        assert signs.sign("sped up") not in texts[0] or border.range_class == "below"
        if signs.sign("missed") in texts[0]:
            assert wording.misses_target(made["transit.door_to_door_days"], target)
        sentences = (
            points.throughput_point(made, WEEK),
            points.trade_point(made, WEEK, {"W": "85"}),
            points.transit_point(made, target),
        )
        known = _numbers_of(made, target)
        for text in (*texts, *sentences):
            assert set(formats.numbers_in(text)) <= known, text
            assert list(counts.misfits(text)) == []


def _numbers_of(made: dict[str, Figure], target: float) -> set[str]:
    texts = [WEEK, "46 85", str(int(WEEK[:4]) - 1), formats.plain(target)]
    for f in made.values():
        texts += [f.text, f.range_text, f.on_week.text, f.on_year.text]
    return {n for text in texts for n in formats.numbers_in(text)}


def test_chinese_lines_are_as_wide_as_others_and_lose_nothing() -> None:
    text = (
        "货物价值2,510万元（暂定），环比减少16%；最大类别为东行油料籽仁（12）和西行光学医疗仪器（90）。" * 3
    )
    lines = wrapped(text, 2).split("\n")
    assert len(lines) > 2
    assert max(map(display_width, lines)) <= WIDTH
    assert "".join(line.strip() for line in lines) == text
    assert not any(line.strip()[0] in "，。；：、）" for line in lines)
    assert wrapped("one two  three") == "one two three"


@pytest.mark.parametrize("language", ["zh", "ru", "kk"])
def test_the_signal_of_a_usual_week_has_room_in_every_language(language: str) -> None:
    with speaking(language):
        made = figures(
            teu=figure("throughput.teu", "1284", week="1069", range_class="high"),
            border=figure("transit.border_hours", "20.4", range_class="above"),
            door=figure("transit.door_to_door_days", "7.56"),
        )
        slowed = tr(wording._BORDER["above"], hours=formats.number(Decimal("20.4"), 1))
        assert slowed in wording.headline(made, WEEK, 7)
