#!/bin/sh
# Makes .build/venv, the Python with the official descriptors, unless it is there and up to date.
set -eu
tests=$(cd "$(dirname "$0")" && pwd)
venv=$tests/../../.build/venv
if ! cmp -s "$tests/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$tests/requirements.txt"
    cp "$tests/requirements.txt" "$venv/requirements.txt"
fi
