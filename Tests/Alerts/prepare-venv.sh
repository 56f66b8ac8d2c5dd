#!/bin/sh
# Makes .build/alerts-venv, the Python with a parser of PromQL, unless it is there and up to date.
set -eu
tests=$(cd "$(dirname "$0")" && pwd)
venv=$tests/../../.build/alerts-venv
if ! cmp -s "$tests/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$tests/requirements.txt"
    cp "$tests/requirements.txt" "$venv/requirements.txt"
fi
