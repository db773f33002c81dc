#!/usr/bin/env bash
# Many connectors on one standalone worker that has nothing to do: Apache's and ours, in turn, on the same broker.
#   benches/growth.sh [CONNECTORS…]      (1 10 100 500; half are file sources, half file sinks, each pair with a topic)
# Prints a line a run: seconds from the worker's start until every task is RUNNING and each sink has written its first line,
# memory and CPU seconds at that moment, and after REST seconds (30) more: memory, CPU in percent of one core, threads.
# WORKERS="Longshore" leaves Apache's out. Needs what quickstart.sh needs, and curl. Start nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

counts=${*:-1 10 100 500}
rest=${REST:-30}
work=$(mktemp -d)
export KAFKA_PORT=${KAFKA_PORT:-19592} KAFKA_DATA=$work/broker
worker=
finish() {
  if [ -n "$worker" ]; then kill -9 "$worker" 2> /dev/null || true; fi
  scripts/apache.sh broker stop
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

longshore=${LONGSHORE_BIN:-}
if [ -z "$longshore" ]; then
  cargo build --release --package longshore
  longshore=${CARGO_TARGET_DIR:-target}/release/longshore
fi
scripts/apache.sh broker start

configure() {  # run, count: the worker's file and one for each connector
  local i=0 json=org.apache.kafka.connect.json.JsonConverter
  mkdir "$work/$1"
  printf '%s\n' "bootstrap.servers=127.0.0.1:$KAFKA_PORT" "key.converter=$json" "value.converter=$json" \
    "offset.storage.file.filename=$work/$1/offsets" listeners=http://127.0.0.1:0 > "$work/$1/worker.properties"
  while [ "$i" -lt "$2" ]; do
    echo line > "$work/$1/in-$i"
    printf '%s\n' "name=source-$1-$i" connector.class=FileStreamSource tasks.max=1 "file=$work/$1/in-$i" "topic=$1-$i" \
      > "$work/$1/$i-source.properties"
    if [ $((i + 1)) -lt "$2" ]; then
      printf '%s\n' "name=sink-$1-$i" connector.class=FileStreamSink tasks.max=1 "file=$work/$1/out-$i" "topics=$1-$i" \
        > "$work/$1/$i-sink.properties"
    fi
    i=$((i + 2))
  done
}

field() { awk -v field="$1:" '$1 == field { print $2 }' "/proc/$worker/status"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$worker/stat"; }

tasks_running() {  # run: over all connectors
  local address
  address=$(grep -oE -m 1 'listening at http://127.0.0.1:[0-9]+|Started http_?[0-9]*.*\{127.0.0.1:[0-9]+\}' "$work/$1.log" \
    | grep -oE '[0-9]+\}?$' | tr -d '}' || true)
  if [ -z "$address" ]; then echo 0; return; fi
  curl -s -m 20 "http://127.0.0.1:$address/connectors?expand=status" | grep -oE '"id":[0-9]+,"state":"RUNNING"' | wc -l
}

written() { find "$work/$1" -name 'out-*' -size +0 | wc -l; }

run() {  # name, run, count, command …
  local name=$1 run=$2 count=$3 start now early hz
  shift 3
  hz=$(getconf CLK_TCK)
  configure "$run" "$count"
  start=$(date +%s.%N)
  "$@" "$work/$run/worker.properties" "$work/$run"/*-s*.properties > "$work/$run.log" 2>&1 < /dev/null &
  worker=$!
  until [ "$(written "$run")" = $((count / 2)) ] && [ "$(tasks_running "$run")" = "$count" ]; do
    kill -0 "$worker" 2> /dev/null || { echo "$name ended early:" >&2; tail "$work/$run.log" >&2; exit 1; }
    sleep 0.1
  done
  now=$(date +%s.%N)
  early="$(field VmRSS) $(ticks)"
  sleep "$rest"
  echo "$early $(field VmRSS) $(ticks) $(field VmHWM) $(field Threads)" \
    | awk -v name="$name" -v count="$count" -v took="$(echo "$now $start" | awk '{ print $1 - $2 }')" -v hz="$hz" -v rest="$rest" '{
      printf "%-10s %4d connectors  all run after %6.2f s  %5.0f MB  %7.2f CPU s   at rest %5.0f MB  %6.2f %% CPU  %4d threads   %5.0f MB at most\n",
        name, count, took, $1 / 1024, $2 / hz, $3 / 1024, 100 * ($4 - $2) / hz / rest, $6, $5 / 1024 }'
  kill -9 "$worker"
  wait "$worker" 2> /dev/null || true
  worker=
  scripts/apache.sh tool org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$KAFKA_PORT" --delete --topic "$run-.*" > /dev/null
}

for count in $counts; do
  for name in ${WORKERS:-Apache Longshore}; do
    case $name in
      Apache) run Apache "apache-$count" "$count" scripts/apache.sh connect-standalone ;;
      *) run Longshore "longshore-$count" "$count" "$longshore" standalone ;;
    esac
  done
done
