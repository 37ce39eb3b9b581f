"""Where the warehouse of a test is: which database, and whether its files are in a folder or in a bucket."""

from __future__ import annotations

import pytest

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
