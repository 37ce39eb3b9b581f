"""Breaks a simulated corridor on purpose: one fault after the other, each with the outcome it must get.

Faults inside a row are a table in ``fault_rows``, faults of whole files in ``fault_files``. A fault that finds no
place (too few weeks) is left out, so what was injected is what this returns.
"""

from __future__ import annotations

from corridor_etl.simulator.fault_files import FILE_FAULTS
from corridor_etl.simulator.fault_places import Injected, Places
from corridor_etl.simulator.fault_rows import ROW_FAULTS, break_row
from corridor_etl.simulator.records import Document


def broken(documents: list[Document]) -> list[Injected]:
    """Injects every fault into ``documents`` (rows, marks, further files), in place; says what and where."""
    places = Places(documents)
    injected = [fault for inject in FILE_FAULTS for fault in inject(places)]
    injected += [fault for row_fault in ROW_FAULTS for fault in break_row(row_fault, places)]
    documents.sort(key=lambda d: d.path)
    return injected
