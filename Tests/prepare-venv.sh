#!/bin/sh
# Makes .build/NAME, a Python with the packages of a requirements.txt, unless it is there and up to date.
#
# Usage: prepare-venv.sh NAME REQUIREMENTS
set -eu
venv=$(cd "$(dirname "$0")/.." && pwd)/.build/$1
if ! cmp -s "$2" "$venv/requirements.txt"; then
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$2"
    cp "$2" "$venv/requirements.txt"
fi
