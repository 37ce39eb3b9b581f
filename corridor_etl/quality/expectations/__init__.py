"""The corridor's own expectations: importing this package registers every class with Great Expectations.

One module per subject; each class names the check it wraps and the sentence that Data Docs show. The base class and
the metric behind it are in ``_row``. Stock expectations need nothing here.
"""

from corridor_etl.quality.expectations import (  # noqa: F401 - registers the classes
    codes,
    containers,
    cross_source,
    customs,
    dangerous,
    declarations,
    deliveries,
    invoices,
    numbers,
    repeats,
    sequences,
    times,
    trains,
    values,
    wagons,
    weights,
)
from corridor_etl.quality.expectations._row import RowExpectation

__all__ = ["RowExpectation"]
