#!/usr/bin/env bash
# Lines of a file through Kafka into another file: Apache's standalone worker and ours, in turn, on the same broker.
#   benches/file-to-file.sh [LINES] [ROUNDS] [json|string]      (2000000, 3, json: JsonConverter with schemas)
# Prints a line a run: seconds from the worker's start to the last line in the sink file, records a second between the
# first and the last line in the sink, CPU seconds of the worker, its peak memory; then the medians and their ratio.
# Needs what quickstart.sh needs. Start nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

lines=${1:-2000000}
rounds=${2:-3}
format=${3:-json}
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

run() {  # name, topic, command …: prints and keeps one run's figures
  local name=$1 topic=$2 out=$work/$2.out start first= now ticks
  shift 2
  configure "$topic"
  start=$(date +%s.%N)
  "$@" "$work/worker.properties" "$work/source.properties" "$work/sink.properties" > "$work/$topic.log" 2>&1 < /dev/null &
  worker=$!
  while :; do
    now=$(date +%s.%N)
    case $(size "$out") in
      0) ;;
      "$bytes") break ;;
      *) first=${first:-$now} ;;
    esac
    kill -0 "$worker" 2> /dev/null || { echo "$name ended early:" >&2; tail "$work/$topic.log" >&2; exit 1; }
    sleep 0.02
  done
  ticks=$(awk '{ print $14 + $15 }' "/proc/$worker/stat")
  awk -v name="$name" -v n="$lines" -v start="$start" -v first="${first:-$start}" -v now="$now" -v ticks="$ticks" \
    -v hz="$(getconf CLK_TCK)" -v rss="$(awk '/VmHWM/ { print $2 }' "/proc/$worker/status")" 'BEGIN {
      printf "%-10s %7.2f s  %9.0f records/s  %6.2f CPU s  %6.0f MB\n", name, now - start, n / (now - first), ticks / hz, rss / 1024 }' \
    | tee -a "$work/results"
  kill -9 "$worker"
  wait "$worker" 2> /dev/null || true
  worker=
  cmp "$work/in.txt" "$out"
  rm -f "$out"
  scripts/apache.sh tool org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$KAFKA_PORT" --delete --topic "$topic" > /dev/null
}

echo "$lines lines of 100 bytes, $format, $rounds rounds"
for round in $(seq 1 "$rounds"); do
  run Apache "apache-$round" scripts/apache.sh connect-standalone
  run Longshore "longshore-$round" "$longshore" standalone
done
awk '{ name = $1; split("2 4 6 9", at, " "); for (k in at) { i = at[k]; v[name, i, ++c[name, i]] = $i } }
  function median(name, i,   n, a, j, k, t) {
    n = c[name, i]
    for (j = 1; j <= n; j++) a[j] = v[name, i, j]
    for (j = 1; j <= n; j++) for (k = j + 1; k <= n; k++) if (a[k] < a[j]) { t = a[j]; a[j] = a[k]; a[k] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
  }
  END {
    split("2 4 6 9", at, " "); split("seconds records/s CPU-seconds MB", label, " ")
    for (i = 1; i <= 4; i++) {
      a = median("Apache", at[i]); l = median("Longshore", at[i])
      printf "median %-12s Apache %10.2f   Longshore %10.2f   ratio %.2f\n", label[i], a, l, (i == 2 ? l / a : a / l)
    }
  }' "$work/results"
