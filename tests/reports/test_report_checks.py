"""Every check of an issue passes on a good one and names the fault of a bad one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from corridor_etl.reports import checks, message_checks
from corridor_etl.reports.checks import check

Change = tuple[str, str]


def test_a_good_issue_has_no_problem(issue: Any) -> None:
    context, rendered, message = issue
    assert check(rendered, context, message) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"headline": "99 TEU moved, in line with recent weeks; border crossing slowed to 24.1 hours"},
            "says 99",
        ),
        (
            {"headline": "62 TEU moved, above its normal range; border crossing slowed to 24.1 hours"},
            "disagree",
        ),
        ({"headline": "62 TEU moved, in line with recent weeks"}, "disagree"),
        ({"points": ("CNY 123.4 million.",)}, "says 123.4"),
        ({"subject": "62 TEU " * 11}, "subject has 77 characters"),
        ({"headline": ""}, "headline has 0 characters"),
        ({"language": "zh"}, "expected 'zh'"),
        ({"contact": "someone@elsewhere.example"}, "links to"),
    ],
)
def test_words_that_do_not_fit_the_figures_are_found(
    issue: Any, changes: dict[str, Any], problem: str
) -> None:
    context, rendered, message = issue
    assert problem in " | ".join(check(rendered, replace(context, **changes), message))


@pytest.mark.parametrize(
    ("part", "old", "new", "problem"),
    [
        ("mail_html", "</body>", "<script>1</script></body>", "<script>"),
        ("mail_html", "cid:throughput.", "https://tracker.example/", "picture from"),
        ("mail_html", "</body>", '<img src="cid:gone" alt="a" width="1"></body>', "are not those attached"),
        ("mail_html", ' scope="col"', "", "have no scope"),
        ("mail_html", "</caption>", "</caption><caption>x</caption>", "captions"),
        ("mail_html", ">62 TEU", ">NaN TEU", "contains 'NaN'"),
        ("page_html", ">62 TEU", ">{{ x }} TEU", "contains '{{'"),
        ("text", "62", "None", "contains 'None'"),
        ("mail_html", "</body>", "<p>" + "x" * 90_000 + "</p></body>", "at most 90000"),
        ("mail_html", 'width="552"', "", "lacks alt or width"),
        ("mail_html", "background:", "background:url(x);background:", "style loads"),
        ("page_html", "<body>", '<body onload="x">', "active <body>"),
        ("page_html", 'role="img" aria-label', 'role="img" data-label', "no description"),
        ("mail_html", 'href="https://', 'href="http://', "links to"),
    ],
)
def test_looks_that_are_not_fit_are_found(issue: Any, part: str, old: str, new: str, problem: str) -> None:
    context, rendered, message = issue
    before = getattr(rendered, part)
    assert old in before
    bad = replace(rendered, **{part: before.replace(old, new, 1)})
    assert problem in " | ".join(check(bad, context, message))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"Auto-Submitted: auto-generated\r\n", b"", "0 headers Auto-Submitted"),
        (b"To: Managers", b"To: a@b.example, Managers", "more than one address"),
        (b"multipart/alternative", b"multipart/parallel", "is built as"),
        (b"\r\n", b"\n", "not CR LF"),
        (b"X-Report-Key:", b"X-Report-Key: " + b"a" * 1000, "longer than 998"),
        (b"Content-ID: <legs.", b"Content-ID: <legsx.", "are not those attached"),
    ],
)  # fmt: skip
def test_messages_that_are_not_fit_are_found(issue: Any, old: bytes, new: bytes, problem: str) -> None:
    context, rendered, message = issue
    assert old in message
    assert problem in " | ".join(check(rendered, context, message.replace(old, new, 1)))


def test_pictures_too_heavy_or_narrow_are_found(issue: Any) -> None:
    context, rendered, message = issue
    cid = next(iter(rendered.images))
    png = rendered.images[cid]
    narrow = png[:16] + (552).to_bytes(4, "big") + png[20:] + b"\0" * 40_000
    found = " | ".join(check(replace(rendered, images={**rendered.images, cid: narrow}), context, message))
    assert "552 pixels wide" in found
    assert "at most 40000" in found


def test_every_check_is_run(issue: Any) -> None:
    public = {
        f
        for module in (checks, message_checks)
        for name, f in vars(module).items()
        if callable(f) and getattr(f, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert public - {checks.check} == set(checks.CHECKS)
