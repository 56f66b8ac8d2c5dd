#!/bin/sh
# Makes .build/alerts-venv, the Python with a parser of PromQL.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../prepare-venv.sh" alerts-venv "$here/requirements.txt"
