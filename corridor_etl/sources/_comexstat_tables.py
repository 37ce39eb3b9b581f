"""The tables of Comex Stat summaries in JSON: where each stands, what its figures are of, and at which level.

An element of a table with both flows is two published figures. Tables over all years take their span from the
file's own ``metadata``.
"""

from __future__ import annotations

from dataclasses import dataclass

from corridor_etl.sources._json import EACH, Path

Figures = tuple[tuple[str, str, str], ...]
"""(flow, key of the value, key of the weight) of each figure of an element."""

EXPORT: Figures = (("export", "valor", "peso"),)
IMPORT: Figures = (("import", "valor", "peso"),)
BOTH: Figures = (("export", "valorExp", "pesoExp"), ("import", "valorImp", "pesoImp"))


@dataclass(frozen=True)
class Table:
    """One table: ``period``, ``commodity``, ``name`` and ``partner`` are keys of its elements; "" where it has none."""

    path: Path
    figures: Figures
    period: str = ""
    commodity: str = ""
    classification: str = "NCM"
    name: str = ""
    partner: str = ""

    @property
    def label(self) -> str:
        """The table as the file calls it."""
        return ".".join(step for step in self.path if step != EACH)


def _by_flow(section: str, **keys: str) -> tuple[Table, Table]:
    exports, imports = (section, "exportacoes", EACH), (section, "importacoes", EACH)
    return Table(exports, EXPORT, **keys), Table(imports, IMPORT, **keys)


TABLES = (
    Table(
        ("exportacoesPorPeriodo", EACH),
        EXPORT,
        period="periodo",
        commodity="categoria",
        classification="categoria",
    ),
    Table(
        ("importacoesPorPeriodo", EACH),
        IMPORT,
        period="periodo",
        commodity="categoria",
        classification="categoria",
    ),
    Table(("timeseriesMensal", EACH), BOTH, period="periodo"),
    Table(("timeseries", EACH), BOTH, period="ano"),
    Table(("timeseriesByCadeia", EACH), BOTH, period="ano", commodity="cadeia", classification="cadeia"),
    Table(
        ("metadata",),
        (("export", "valorTotalExp", "pesoTotalExp"), ("import", "valorTotalImp", "pesoTotalImp")),
    ),
    *_by_flow("byCategoria", commodity="categoria", classification="cadeia"),
    *_by_flow("byCapitulo", commodity="CAPITULO_NCM", name="categoria"),
    *_by_flow("byPais", partner="codigo"),
    *_by_flow("byPaisByCadeia", partner="codigo", commodity="cadeia", classification="cadeia"),
    *_by_flow("topProdutos", commodity="ncm", name="descricao"),
)
