"""corridor_etl turns a freight corridor's paper trail into weekly figures and reports.

The stages are packages, imported in one direction only:
``sources -> staging -> quality -> facts -> kpis -> marts -> reports -> delivery``.
``jobs`` orders them for one batch or one week; ``cli`` and the top-level ``flows`` call ``jobs``.
"""

__version__ = "0.1.0"
