#!/bin/sh
# Makes .build/venv, the Python with the official descriptors.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../prepare-venv.sh" venv "$here/requirements.txt"
