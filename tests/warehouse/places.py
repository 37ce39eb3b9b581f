"""Where the warehouse of a test is: which database, and whether its files are in a folder or in a bucket."""

from __future__ import annotations

import pytest

# For what is the same code on both databases and costs much; what is said to a database is tested on each of them.
one_database = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
# Each database and each kind of store once; the other two combinations are for make long.
everywhere = pytest.mark.parametrize(
    "database",
    [
        "sqlite",
        "postgresql+s3",
        pytest.param("postgresql", marks=pytest.mark.long),
        pytest.param("sqlite+s3", marks=pytest.mark.long),
    ],
    indirect=True,
)
