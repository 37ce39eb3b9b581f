"""corridor_etl turns a freight corridor's paper trail into weekly figures and reports.

The stages are packages, imported in one direction only:
``sources -> staging -> quality -> facts -> kpis -> marts -> reports -> delivery``.
``jobs`` orders them for one batch or one week; ``cli`` and the top-level ``flows`` call ``jobs``.
"""

import os

# Polars' allocator gives memory back after one second, and the frames of a batch ask for it again at once: a fifth of
# the processor time of the marts of a port's week. It is read when Polars is loaded, so it is said before that.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")

__version__ = "0.1.0"
