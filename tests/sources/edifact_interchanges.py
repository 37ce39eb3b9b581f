"""Interchanges made up by hypothesis: any service characters, releases, wraps, line ends, directories."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from corridor_etl.sources._edifact import Separators

SERVICE_SETS = (
    Separators(),
    Separators("|", "^", ",", "!", "~"),
    Separators(":", "+", ".", "\\", "'"),
    Separators(":", "+", ",", " ", "'"),
    Separators("\x1f", "\x1d", ",", " ", "\x1c"),
)
# Private-use characters among them: a reader that puts such in the place of released ones would lose these.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\x1a\x1c\x1d\x1f", exclude_categories=("Cs",)),
    max_size=10,
)
SPECIALS = st.text("?+:'|^!~\\ \ue000\ue001AB", max_size=6)
ANY_TEXT = st.one_of(
    TEXTS, SPECIALS, st.sampled_from(["EQD", "'EQD+CN+X", "UNT+1+1'", "UNZ", "UNA:+.? '", "?", "??'"])
)
KINDS = (
    "CODECO:D:95B:UN:SMDG16",
    "COARRI:D:95B:UN",
    "CODECO:D:00B:UN:SMDG21",
    "COARRI:D:23A:UN:ITG10",
    "CODECO:D:99Z:UN",
)
BGM = {"CODECO:D:95B": ("34", "36"), "COARRI:D:95B": ("44", "46"), "CODECO:D:00B": ("109", "111", "266"),
       "COARRI:D:23A": ("119", "122"), "CODECO:D:99Z": ("34",)}  # fmt: skip
LINE_ENDS = ("", "\n", "\r\n", "\r", "\n\n", " \n")


@dataclass(frozen=True)
class Made:
    """An interchange or several as text, and the containers put into them, in order."""

    text: str
    containers: list[str]
    segments: list[tuple[str, list[list[str]]]]


def released(text: str, marks: Separators) -> str:
    """A value as it is written; without a release character what cannot be written is left out."""
    specials = (marks.component, marks.element, marks.release, marks.terminator)
    if marks.release == " ":
        return "".join(c for c in text if c not in (*specials[:2], marks.terminator))
    return "".join(marks.release + c if c in specials else c for c in text)


def written(tag: str, elements: list[list[str]], marks: Separators) -> str:
    parts = [tag, *(marks.component.join(released(c, marks) for c in e) for e in elements)]
    return marks.element.join(parts) + marks.terminator


def advice(marks: Separators) -> str:
    return f"UNA{marks.component}{marks.element}{marks.decimal}{marks.release} {marks.terminator}"


def _box(draw: st.DrawFn, number: int) -> tuple[str, list[tuple[str, list[list[str]]]]]:
    name = f"QZAU{number:07d}"
    body = [("EQD", [["CN"], [name], ["22G1", "102", "5"], [""], ["2"], ["5"]])]
    if draw(st.booleans()):
        body.append(("DTM", [["7", f"20250221{number % 24:02d}15", "203"]]))
    for place in draw(st.lists(st.sampled_from(["165", "9", "11", "175"]), max_size=3)):
        body.append(("LOC", [[place], ["CNNBG", "139", "6"], [draw(ANY_TEXT)]]))
    if draw(st.booleans()):
        body.append(("FTX", [["AAA"], [""], [""], [draw(ANY_TEXT), draw(ANY_TEXT)]]))
    if draw(st.booleans()):
        body.append(("MEA", [["AAE"], [draw(st.sampled_from(["VGM", "G", "T"]))], ["KGM", "21000"]]))
    for _ in range(draw(st.integers(0, 2))):
        body.append(("SEL", [[draw(ANY_TEXT)], ["SH"]]))
    return name, body


@st.composite
def interchanges(draw: st.DrawFn, wraps: bool = True) -> Made:
    """One to three interchanges in a file, each with its own service characters and several messages."""
    text, containers, segments, number = [], [], [], 0
    end = draw(st.sampled_from(LINE_ENDS))
    for i in range(draw(st.integers(1, 3))):
        marks = draw(st.sampled_from(SERVICE_SETS))
        body = [("UNB", [["UNOY", "3"], ["A"], ["B"], ["250101", "0000"], [f"I{i}"]])]
        messages = draw(st.integers(1, 3))
        for m in range(messages):
            kind = draw(st.sampled_from(KINDS))
            code = draw(st.sampled_from(BGM[":".join(kind.split(":")[:3])]))
            message = [("UNH", [[f"M{m}"], kind.split(":")]), ("BGM", [[code], ["X"], ["9"]])]
            boxes = draw(st.integers(0, 4))
            for _ in range(boxes):
                number += 1
                name, box = _box(draw, number)
                containers.append(name)
                message += box
            message.append(("CNT", [["16", str(boxes)]]))
            message.append(("UNT", [[str(len(message) + 1)], [f"M{m}"]]))
            body += message
        body.append(("UNZ", [[str(messages)], [f"I{i}"]]))
        one = advice(marks) + end + "".join(written(t, e, marks) + end for t, e in body)
        text.append(_wrapped(draw, one, marks) if wraps else one)
        segments += [(t, [[_kept(c, marks) for c in e] for e in elements]) for t, elements in body]
    return Made("".join(text), containers, segments)


def _kept(text: str, marks: Separators) -> str:
    return released(text, marks) if marks.release == " " else text


def _wrapped(draw: st.DrawFn, text: str, marks: Separators) -> str:
    """Breaks lines at a fixed width behind the service string, as mainframes do."""
    width = draw(st.sampled_from([0, 0, 80, 17]))
    if not width or "\n" in marks or "\r" in marks:
        return text
    head, rest = text[:9], text[9:].replace("\r", "").replace("\n", "")
    return head + "".join(rest[i : i + width] + "\n" for i in range(0, len(rest), width))
