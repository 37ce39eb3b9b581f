#!/bin/sh
# Writes requirements.lock: every package with hashes, for Python 3.11 to 3.13, without any index address.
set -eu
uv pip compile -q pyproject.toml --extra dask --extra dev --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock
sed -i '1i # Every package of the product and its tests, pinned with hashes. Made by `make lock` from pyproject.toml.' requirements.lock
