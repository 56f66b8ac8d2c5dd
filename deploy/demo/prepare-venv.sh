#!/bin/sh
# Makes .build/demo-venv, the Python with OpenTelemetry's SDK, unless it is there and up to date.
set -eu
demo=$(cd "$(dirname "$0")" && pwd)
venv=$demo/../../.build/demo-venv
if ! cmp -s "$demo/requirements.txt" "$venv/requirements.txt"; then
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$demo/requirements.txt"
    cp "$demo/requirements.txt" "$venv/requirements.txt"
fi
