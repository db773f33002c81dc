#!/bin/sh
# Puts librdkafka's Python package into an environment of its own in the user's cache, once, and prints its interpreter.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/longshore/librdkafka-$(cksum < "$here/requirements.txt" | cut -d ' ' -f 1)
if [ ! -e "$venv/ready" ]; then
  python3 -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
  touch "$venv/ready"
fi
echo "$venv/bin/python"
