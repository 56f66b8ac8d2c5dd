#!/bin/sh
# Makes .build/demo-venv, the Python with OpenTelemetry's SDK.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../Tests/prepare-venv.sh" demo-venv "$here/requirements.txt"
