"""Headers as senders write them to raw column names: layouts, aliases, and what is said when one is missing.

Aliases are data (reference/data/header_alias.csv); a layout's own spellings stand in its format's module.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from corridor_etl.errors import FileRejected
from corridor_etl.reference._tables import mapping
from corridor_etl.sources._source import Finding

# Between a Chinese name and its English or Russian twin in one cell; and between lines of a cell.
_SEAMS = re.compile(r"[\r\n]+|(?<=[⺀-鿿)])\s+(?=[A-Za-zЀ-ӿ№])|(?<=[⺀-鿿])/(?=[A-Za-zЀ-ӿ№])")

_KILOGRAMS = re.compile(r"(?:[,(\[]\s*|\s)(?:kgs?|кг|千克|公斤)\.?\s*[)\]]?$")


PASSED_OVER = "passed_over_"
"""How names of columns begin that a layout knows and has no use for: nobody misses them."""


@dataclass(frozen=True)
class Layout:
    """A delimited layout: ``spellings`` maps header -> raw name, ``mandatory`` raw names must be there."""

    name: str
    spellings: Mapping[str, str]
    mandatory: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every raw name, in the order of the layout."""
        return tuple(dict.fromkeys(self.spellings.values()))

    @property
    def known(self) -> frozenset[str]:
        """Every header spelling, folded."""
        return frozenset(folded(s) for s in self.spellings)

    def with_headers(self, header_names: Mapping[str, str]) -> Layout:
        """This layout with a sender's own headers for its raw names; names of other layouts are passed over."""
        own = {header: name for header, name in header_names.items() if name in self.columns}
        return replace(self, spellings={**self.spellings, **own}) if own else self

    def raw_names(self, header: Sequence[str]) -> list[str | None]:
        """The raw name of each header cell, None where it is unknown; SCHEMA where two cells mean the same.

        What no spelling fits may differ from one in signs between its words (``Booking No.``, ``Вес брутто, кг``), as
        long as no other cell of the header has that column.
        """
        table = {folded(s): name for s, name in self.spellings.items()}
        names = [_named(cell, table) for cell in header]
        _refuse_twice(header, names)
        loose = _bare_spellings(self.spellings)
        for at, cell in enumerate(header):
            near = loose.get(bare(cell)) if names[at] is None else None
            if near is not None and near not in names:
                names[at] = near
        return names

    def checked(self, header: Sequence[str], line_no: int) -> list[str | None]:
        """:meth:`raw_names`, or SCHEMA with the mandatory names that are missing and what is near to them."""
        names = self.raw_names(header)
        missing = [m for m in self.mandatory if m not in names]
        if missing:
            raise FileRejected(
                "SCHEMA",
                f"line {line_no} is not a header of {self.name}: no column for {', '.join(missing)}",
                expected="; ".join(f"{m} as '{self.own_header(m)}'" for m in missing[:5]),
                fix=self._near(header, names),
                missing=missing,
            )
        return names

    def own_header(self, raw_name: str) -> str:
        """The first spelling of a raw name, which is the layout's own."""
        return next(s for s, name in self.spellings.items() if name == raw_name)

    def _near(self, header: Sequence[str], names: Sequence[str | None]) -> str:
        for cell in (c for c, n in zip(header, names, strict=True) if n is None and c.strip()):
            if near := self.nearest(cell, names):
                return f"Did '{cell[:60]}' mean '{near}'?"
        return "Ask the sender which column it is, and add the header to header_alias.csv."

    def nearest(self, cell: str, taken: Sequence[str | None]) -> str | None:
        """The known header most like an unknown one, among those whose column the file has not got yet."""
        known = {folded(s): s for s, name in self.spellings.items() if name not in taken}
        near = difflib.get_close_matches(folded(cell), known, n=1, cutoff=0.7)
        return known[near[0]] if near else None


def folded(text: str) -> str:
    """A header without case, width, doubled blanks and surrounding blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def bare(text: str) -> str:
    """A header as its letters and digits alone, without a unit of kilograms: a unit that multiplies stays."""
    return re.sub(r"[\W_]+", "", _KILOGRAMS.sub("", folded(text)))


def _bare_spellings(spellings: Mapping[str, str]) -> dict[str, str]:
    """Bare spelling -> raw name, where all spellings that come to it mean the same."""
    meant: dict[str, set[str]] = {}
    for spelling, name in spellings.items():
        meant.setdefault(bare(spelling), set()).add(name)
    return {b: min(names) for b, names in meant.items() if b and len(names) == 1}


def _named(cell: str, table: Mapping[str, str]) -> str | None:
    for part in (cell, *_SEAMS.split(cell)):
        if (name := table.get(folded(part))) is not None:
            return name
    return None


def named(cell: str, table: Mapping[str, str]) -> str | None:
    """The raw name of one label by a table of folded spellings; a bilingual cell counts by either half."""
    return _named(cell, table)


def _refuse_twice(header: Sequence[str], names: Iterable[str | None]) -> None:
    seen: dict[str, str] = {}
    for cell, name in zip(header, names, strict=True):
        meaning = name or folded(cell)
        if meaning and meaning in seen:
            raise FileRejected(
                "SCHEMA",
                f"the header has '{seen[meaning]}' and '{cell}' for the same column",
                expected="each column once",
                fix="Ask the sender which of the two is right.",
            )
        seen[meaning] = cell


def unmapped(header: Sequence[str], names: Sequence[str | None], line_no: int) -> list[Finding]:
    """A finding that lists the headers nobody knows, or nothing."""
    unknown = [c.strip() for c, n in zip(header, names, strict=True) if n is None and c.strip()]
    if not unknown:
        return []
    text = ", ".join(unknown)
    return [Finding("ST-004", "warning", f"columns not read: {text}", line_no, text, "known headers")]


def drift(layout: Layout, header: Sequence[str], names: Sequence[str | None], line_no: int) -> list[Finding]:
    """Findings on how a header differs from its layout: renamed (ST-004), new and missing columns."""
    unknown = [c.strip() for c, n in zip(header, names, strict=True) if n is None and c.strip()]
    elsewhere = [cell[:60] for cell in unknown if folded(cell) in _known_anywhere()]
    near = {cell: layout.nearest(cell, names) for cell in unknown if cell not in elsewhere}
    renamed = [f"{cell[:60]} (did you mean {known}?)" for cell, known in near.items() if known]
    new = [cell[:60] for cell, known in near.items() if not known]
    missing = [name for name in layout.columns if name not in names and not name.startswith(PASSED_OVER)]
    kept = "kept in the raw text of each row, not read"
    said = (
        ("ST-004", "warning", f"columns {kept}: {', '.join(renamed)}", [c for c, k in near.items() if k]),
        ("NEW_COLUMN", "warning", f"new columns {kept}: {', '.join(new)}", new),
        (
            "NOT_READ",
            "info",
            f"columns {kept}, as this layout has no place for them: {', '.join(elsewhere)}",
            elsewhere,
        ),
        ("MISSING_COLUMN", "info", f"optional columns not in the file: {', '.join(missing)}", missing),
    )
    return [
        Finding(rule_id, severity, text, line_no, ", ".join(cells), "known headers")
        for rule_id, severity, text, cells in said
        if cells
    ]


# Names in header_alias.csv that the manifest's raw frame calls after the model.
_MODEL_NAMES = {
    "seal_no": "seal_nos",
    "declaration_no": "declaration_nos",
    "gross_weight_kg": "cargo_gross_kg",
    "net_weight_kg": "cargo_net_kg",
    "consignor": "consignor_name",
    "consignee": "consignee_name",
    "un_no": "un_nos",
    "imo_class": "imo_classes",
}


@cache
def aliases() -> dict[str, str]:
    """Header as written -> raw name of a manifest, from header_alias.csv."""
    return {h: _MODEL_NAMES.get(c, c) for h, c in mapping("header_alias", "header", "canonical").items()}


@cache
def _known_anywhere() -> frozenset[str]:
    return frozenset(folded(header) for header in aliases())
