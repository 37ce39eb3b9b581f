#!/bin/sh
# Runs Great Expectations' own tests of its pandas data frame source on the Polars engine.
# Usage: gx_conformance.sh PROJECT_VENV OWN_VENV [PYTEST_ARGUMENTS]
# OWN_VENV sees the packages of PROJECT_VENV and adds what those tests import; the tests come from the sdist.
set -eu
project=$(cd "$1" && pwd)
own=$2
shift 2
version=$("$project/bin/python" -c 'from importlib.metadata import version; print(version("great-expectations"))')

if [ ! -e "$own/.ready-$version" ]; then
    "$project/bin/python" -m venv --clear "$own"
    own_site=$("$own/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    "$project/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$own_site/project.pth"
    "$own/bin/pip" install --quiet --disable-pip-version-check \
        boto3 coverage flaky 'flask>=1' freezegun 'moto[s3,sns]>=4.2.13,<5' pyfakefs pytest-benchmark pytest-mock \
        pytest-order pytest-random-order requirements-parser responses setuptools
    "$own/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary great-expectations \
        --dest "$own/sdist" "great-expectations==$version"
    mkdir -p "$own/suite"
    tar -xzf "$own"/sdist/great_expectations-*.tar.gz -C "$own/suite" --strip-components=1 --wildcards \
        '*/tests' '*/pyproject.toml'
    touch "$own/.ready-$version"
fi

root=$(cd "$(dirname "$0")/.." && pwd)
own=$(cd "$own" && pwd)
cd "$own/suite"
PYTHONPATH="$root:$root/scripts:." exec "$own/bin/python" -m pytest -q -p gx_conformance_plugin -p no:cacheprovider \
    -o log_cli=false --show-capture=no --disable-warnings --ignore tests/integration/test_script_runner.py \
    --ignore tests/integration/test_setup.py tests/integration "$@"
