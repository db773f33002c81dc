# Sets $longshore to the program: beside this script, then $LONGSHORE_BIN, then on PATH. To be sourced; $here is this folder.
if [ -x "$here/longshore" ]; then
  longshore=$here/longshore
elif [ -n "${LONGSHORE_BIN:-}" ]; then
  longshore=$LONGSHORE_BIN
elif ! longshore=$(command -v longshore); then
  echo "longshore is neither in $here nor on PATH: build it with 'cargo build --release' and copy target/release/longshore to $here, or set LONGSHORE_BIN" >&2
  exit 127
fi
