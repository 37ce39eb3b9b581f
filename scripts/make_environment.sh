#!/bin/sh
# Makes the virtual environment named in $1 from requirements.lock and puts the `corridor` command into it.
set -eu
venv=$1

suitable='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if "$python" -c "$suitable" >/dev/null 2>&1; then found=$python; break; fi
done
if [ -z "${found:-}" ]; then
    echo "No Python 3.11 to 3.13 with venv was found. Install one (Debian: apt-get install python3-venv)" \
         "or name it: make demo PYTHON=/path/to/python3.12" >&2
    exit 3
fi

echo "Making $venv with $("$found" --version) and installing pinned packages (a few minutes, once) ..."
"$found" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
