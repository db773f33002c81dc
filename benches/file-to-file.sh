#!/usr/bin/env bash
# Lines of a file through Kafka into another file: Apache's standalone worker and ours, in turn, on the same broker.
#   benches/file-to-file.sh [LINES] [ROUNDS] [json|string]      (2000000, 3, json: JsonConverter with schemas)
# Prints a line a run: seconds from the worker's start to the last line in the sink file, and to the first; records a second
# between the two; CPU seconds of the worker; its peak memory, and its memory REST seconds (30) after the last line; the load
# average. Each round ends with the bare client of ours, which writes and reads as many records of 100 bytes: what the
# broker and the machine give at most. Then the medians and their ratio.
# SCRAPE=1 has our worker's metrics read every second meanwhile. Needs what quickstart.sh needs. Start nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

lines=${1:-2000000}
rounds=${2:-3}
format=${3:-json}
rest=${REST:-30}
work=$(mktemp -d)
export KAFKA_PORT=${KAFKA_PORT:-19592} KAFKA_DATA=$work/broker
worker=
scraper=
finish() {
  if [ -n "$scraper" ]; then kill "$scraper" 2> /dev/null || true; fi
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
client=${CLIENT_EXAMPLES:-}  # a folder where they are built
if [ -z "$client" ]; then
  cargo build --release --package kafka-client --example produce_bench --example consume_bench
  client=${CARGO_TARGET_DIR:-target}/release/examples
fi
scripts/apache.sh broker start
awk -v n="$lines" 'BEGIN {
  for (i = 0; i < 89; i++) tail = tail substr("abcdefghijklmnopqrstuvwxyz0123456789", i % 36 + 1, 1)
  for (i = 0; i < n; i++) printf "%09d %s\n", i, tail }' > "$work/in.txt"
bytes=$(stat -c %s "$work/in.txt")

configure() {  # a run's files, on a topic of its own
  local converter=org.apache.kafka.connect.json.JsonConverter
  [ "$format" = string ] && converter=org.apache.kafka.connect.storage.StringConverter
  printf '%s\n' "bootstrap.servers=127.0.0.1:$KAFKA_PORT" "key.converter=$converter" "value.converter=$converter" \
    "offset.storage.file.filename=$work/$1.offsets" offset.flush.interval.ms=10000 listeners=http://127.0.0.1:0 \
    > "$work/worker.properties"
  printf '%s\n' "name=source-$1" connector.class=FileStreamSource tasks.max=1 "file=$work/in.txt" "topic=$1" \
    > "$work/source.properties"
  printf '%s\n' "name=sink-$1" connector.class=FileStreamSink tasks.max=1 "file=$work/$1.out" "topics=$1" \
    > "$work/sink.properties"
}

size() { stat -c %s "$1" 2> /dev/null || echo 0; }

memory() { awk -v field="$1:" '$1 == field { print $2 / 1024 }' "/proc/$worker/status"; }

topics() { scripts/apache.sh tool org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$KAFKA_PORT" "$@" > /dev/null; }

scrape() {  # log: reads the metrics of the worker that it tells of, every second
  local port
  while :; do
    port=$(grep -oE -m 1 'listening at http://127.0.0.1:[0-9]+' "$1" | grep -oE '[0-9]+$' || true)
    if [ -n "$port" ]; then curl -s -o "$work/metrics" "http://127.0.0.1:$port/metrics" || true; fi
    sleep 1
  done
}

run() {  # name, topic, command …: prints and keeps one run's figures
  local name=$1 topic=$2 out=$work/$2.out start first= now ticks peak
  shift 2
  configure "$topic"
  start=$(date +%s.%N)
  "$@" "$work/worker.properties" "$work/source.properties" "$work/sink.properties" > "$work/$topic.log" 2>&1 < /dev/null &
  worker=$!
  if [ "$name" = Longshore ] && [ -n "${SCRAPE:-}" ]; then scrape "$work/$topic.log" & scraper=$!; fi
  while :; do
    now=$(date +%s.%N)
    case $(size "$out") in
      0) ;;
      "$bytes") break ;;
      *) first=${first:-$now} ;;
    esac
    kill -0 "$worker" 2> /dev/null || { echo "$name ended early:" >&2; tail "$work/$topic.log" >&2; exit 1; }
    sleep 0.01
  done
  ticks=$(awk '{ print $14 + $15 }' "/proc/$worker/stat")
  peak=$(memory VmHWM)
  cmp "$work/in.txt" "$out"
  sleep "$rest"
  awk -v name="$name" -v n="$lines" -v start="$start" -v first="${first:-$start}" -v now="$now" -v ticks="$ticks" \
    -v hz="$(getconf CLK_TCK)" -v peak="$peak" -v later="$(memory VmRSS)" -v load="$load" 'BEGIN {
      printf "%-10s %7.2f s  first line %5.2f s  %9.0f records/s  %6.2f CPU s  %5.0f MB at most  %5.0f MB at rest  load %s\n",
        name, now - start, first - start, n / (now - first), ticks / hz, peak, later, load }' | tee -a "$work/results"
  if [ -n "${scraper:-}" ]; then kill "$scraper"; wait "$scraper" 2> /dev/null || true; scraper=; fi
  kill -9 "$worker"
  wait "$worker" 2> /dev/null || true
  worker=
  rm -f "$out"
  topics --delete --topic "$topic"
}

bare() {  # round: the client alone
  local settings="batch.size=262144 linger.ms=20 acks=all"
  topics --create --topic "bare-$1" --partitions 1
  # shellcheck disable=SC2086
  "$client/produce_bench" "127.0.0.1:$KAFKA_PORT" "bare-$1" "$lines" 100 $settings > "$work/bare" 2>&1
  "$client/consume_bench" "127.0.0.1:$KAFKA_PORT" "bare-$1" "$lines" >> "$work/bare" 2>&1
  awk '/records\/sec/ { for (i = 1; i <= NF; i++) if ($i ~ /^records\/sec/) produced = $(i - 1) }
       / M records\/s/ { for (i = 1; i <= NF; i++) if ($i == "M") consumed = $(i - 1) * 1000000 }
       END { printf "client     %9.0f records/s written  %9.0f records/s read\n", produced, consumed }' "$work/bare" | tee -a "$work/results"
  topics --delete --topic "bare-$1"
}

echo "$lines lines of 100 bytes, $format, $rounds rounds"
for round in $(seq 1 "$rounds"); do
  load=$(cut -d ' ' -f 1 /proc/loadavg)
  run Apache "apache-$round" scripts/apache.sh connect-standalone
  load=$(cut -d ' ' -f 1 /proc/loadavg)
  run Longshore "longshore-$round" "$longshore" standalone
  bare "$round"
done
awk '{ name = $1; c[name]++; n = split(name == "client" ? "2 5" : "2 6 8 10 13 17", at, " "); for (k = 1; k <= n; k++) v[name, k, c[name]] = $at[k] }
  function median(name, i,   n, a, j, k, t) {
    n = c[name]
    for (j = 1; j <= n; j++) a[j] = v[name, i, j] + 0
    for (j = 1; j <= n; j++) for (k = j + 1; k <= n; k++) if (a[k] < a[j]) { t = a[j]; a[j] = a[k]; a[k] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
  }
  END {
    split("seconds,seconds to the first line,records/s,CPU seconds,MB at most,MB at rest", label, ",")
    for (i = 1; i <= 6; i++) {
      a = median("Apache", i); l = median("Longshore", i)
      printf "median %-26s Apache %10.2f   Longshore %10.2f   ratio %.2f\n", label[i], a, l, (i == 3 ? l / a : a / l)
    }
    printf "CPU seconds for 1,000,000 records    Apache %10.2f   Longshore %10.2f\n", median("Apache", 4) * 1000000 / lines, median("Longshore", 4) * 1000000 / lines
    printf "median of the client alone: %.0f records/s written, %.0f read\n", median("client", 1), median("client", 2)
  }' lines="$lines" "$work/results"
