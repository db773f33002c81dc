#!/usr/bin/env bash
# Everything from nothing: builds Longshore, starts Apache's broker on localhost:9092, and sends two lines of test.txt
# through the topic connect-test into test.sink.txt. With --keep the worker goes on until Ctrl-C.
# Needs Rust (rustup), Java 17 and Maven.
set -euo pipefail
cd "$(dirname "$0")"

command -v cargo > /dev/null || { echo "quickstart.sh: please install Rust first: https://rustup.rs" >&2; exit 1; }
cargo build --release --package longshore
cp "${CARGO_TARGET_DIR:-target}/release/longshore" bin/longshore

export KAFKA_PORT=9092 KAFKA_DATA=$PWD/target/quickstart-broker
worker=
started_broker=
finish() {
  if [ -n "$worker" ] && kill "$worker" 2> /dev/null; then wait "$worker" || true; fi
  if [ -n "$started_broker" ]; then scripts/apache.sh broker stop; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

if (echo > /dev/tcp/127.0.0.1/9092) 2> /dev/null; then
  echo "using the broker that listens on localhost:9092"
else
  started_broker=1
  scripts/apache.sh broker start
fi

run=$(date +%s.%N)
had_lines=$( [ -e test.txt ] && echo yes || true)
before=$( [ -e test.sink.txt ] && wc -l < test.sink.txt || echo 0)
printf 'hello from run %s\nand a second line\n' "$run" >> test.txt
# Offsets of its own: those in /tmp may be of a test.txt in another folder.
mkdir -p target
[ -n "$had_lines" ] || rm -f target/quickstart.offsets
sed 's#^offset.storage.file.filename=.*#offset.storage.file.filename=target/quickstart.offsets#' \
  config/connect-standalone.properties > target/quickstart.properties
bin/connect-standalone.sh target/quickstart.properties \
  config/connect-file-source.properties config/connect-file-sink.properties &
worker=$!

for _ in $(seq 1 600); do
  grep -q -A1 -F "hello from run $run" test.sink.txt 2> /dev/null \
    && [ "$(tail -n 1 test.sink.txt)" = "and a second line" ] && arrived=1 && break
  kill -0 "$worker" 2> /dev/null || { echo "quickstart.sh: the worker has ended" >&2; exit 1; }
  sleep 0.1
done
[ -n "${arrived:-}" ] || { echo "quickstart.sh: the lines did not arrive within 60 s" >&2; exit 1; }
echo
echo "It works: test.txt → topic connect-test → test.sink.txt ($(($(wc -l < test.sink.txt) - before)) new lines). The last two:"
tail -n 2 test.sink.txt

if [ "${1:-}" = --keep ]; then
  echo "The worker goes on; try: echo one more >> test.txt; curl localhost:8083/connectors. Ctrl-C ends it."
  wait "$worker"
fi
