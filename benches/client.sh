#!/usr/bin/env bash
# Our Kafka client and Java's, in turn, on the same broker and the same work.
#   benches/client.sh [RECORDS] [ROUNDS] [TRANSACTIONS]      (3000000, 3, 300)
# One partition, records of 100 bytes. Produce: ProducerPerformance and our produce_bench with batch.size=262144, linger.ms=20,
# acks=all; consume: ConsumerPerformance (without the time of its join) and our consume_bench; transact: transactions of
# 2000 records. Prints a line a run (rate, CPU seconds, peak memory), then the medians, their spread and ratio.
# Needs Java 17 and Maven. Start nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

records=${1:-3000000}
rounds=${2:-3}
transactions=${3:-300}
work=$(mktemp -d)
export KAFKA_PORT=${KAFKA_PORT:-19492} KAFKA_DATA=$work/broker APACHE_HOME=${APACHE_HOME:-$HOME/.cache/longshore/apache-kafka-4.3.1}
bootstrap=127.0.0.1:$KAFKA_PORT
child=
finish() {
  if [ -n "$child" ]; then kill -9 "$child" 2> /dev/null || true; fi
  scripts/apache.sh broker stop
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

settings="batch.size=262144 linger.ms=20 acks=all"
ours=${CLIENT_EXAMPLES:-}  # a folder where they are built
if [ -z "$ours" ]; then
  cargo build --release --package kafka-client --examples
  ours=${CARGO_TARGET_DIR:-target}/release/examples
fi
scripts/apache.sh broker start
java=(java -Xmx512m "-Dlog4j2.configurationFile=$PWD/scripts/apache/log4j2.xml" -Dlvl=ERROR -cp "$APACHE_HOME/libs/*")

topics() { scripts/apache.sh tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$bootstrap" "$@" > /dev/null; }

measure() {  # work, who, pattern of the figure in the output, its unit, command …: keeps it, CPU seconds and peak memory
  local work_name=$1 who=$2 pattern=$3 unit=$4 peak=0 now ticks=0 stat rate
  shift 4
  "$@" > "$work/out" 2> "$work/err" < /dev/null &
  child=$!
  while now=$(awk '/VmHWM/ { print $2 }' "/proc/$child/status" 2> /dev/null) && [ -n "$now" ]; do
    peak=$now
    stat=$(awk '{ print $14 + $15 }' "/proc/$child/stat" 2> /dev/null) && ticks=${stat:-$ticks}
    sleep 0.05
  done
  wait "$child" || { echo "$work_name $who failed:" >&2; tail "$work/err" "$work/out" >&2; exit 1; }
  child=
  rate=$(grep -oE "$pattern" "$work/out" | tail -1 | grep -oE '[0-9][0-9.]*' | head -1)
  awk -v work="$work_name" -v who="$who" -v rate="$rate" -v unit="$unit" -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" -v peak="$peak" 'BEGIN {
    printf "%-9s %-10s %12.2f %8.2f CPU s %7.0f MB\n", work, who, rate * unit, ticks / hz, peak / 1024 }' | tee -a "$work/results"
}

produce() {  # round
  topics --create --topic "java-$1" --partitions 1
  topics --create --topic "ours-$1" --partitions 1
  # shellcheck disable=SC2086
  measure produce Java '[0-9.]+ records/sec' 1 "${java[@]}" org.apache.kafka.tools.ProducerPerformance --topic "java-$1" \
    --num-records "$records" --record-size 100 --throughput -1 --bootstrap-server "$bootstrap" --command-property $settings
  # shellcheck disable=SC2086
  measure produce Longshore '[0-9.]+ records/sec' 1 "$ours/produce_bench" "$bootstrap" "ours-$1" "$records" 100 $settings
}

consume() {  # round: both read what Java wrote
  measure consume Java '[0-9.]+$' 1 "${java[@]}" org.apache.kafka.tools.ConsumerPerformance --topic "java-$1" \
    --num-records "$records" --bootstrap-server "$bootstrap" --hide-header --timeout 120000
  measure consume Longshore '[0-9.]+ M records/s' 1000000 "$ours/consume_bench" "$bootstrap" "java-$1" "$records"
}

transact() {  # round
  topics --create --topic "transactions-$1" --partitions 1
  measure transact Java 'median [0-9.]+ ms' 1 "${java[@]}" benches/java/TransactBench.java "$bootstrap" "transactions-$1" "$transactions"
  measure transact Longshore 'median [0-9.]+ ms' 1 "$ours/transact_bench" "$bootstrap" "transactions-$1" "$transactions"
  topics --delete --topic "transactions-$1"
}

echo "$records records of 100 bytes, $rounds rounds: records/s (transact: ms a transaction), CPU seconds, peak memory"
for round in $(seq 1 "$rounds"); do
  produce "$round"
  consume "$round"
  if [ -x "$ours/transact_bench" ]; then transact "$round"; fi
  topics --delete --topic "java-$round"
  topics --delete --topic "ours-$round"
done
awk '{ key = $1 " " $2; n[key]++; rate[key, n[key]] = $3; cpu[key, n[key]] = $4; peak[key, n[key]] = $7; works[$1] }
  function sorted(from, key, into,   j, k, t) {
    for (j = 1; j <= n[key]; j++) into[j] = from[key, j] + 0
    for (j = 1; j <= n[key]; j++) for (k = j + 1; k <= n[key]; k++) if (into[k] < into[j]) { t = into[j]; into[j] = into[k]; into[k] = t }
    return n[key] % 2 ? into[(n[key] + 1) / 2] : (into[n[key] / 2] + into[n[key] / 2 + 1]) / 2
  }
  END {
    printf "\n%-9s %-10s %12s %25s %10s %10s\n", "median", "", "rate", "spread", "CPU s", "MB"
    for (work in works) {
      split("Java Longshore", whos, " ")
      for (i = 1; i <= 2; i++) {
        key = work " " whos[i]
        middle[i] = sorted(rate, key, of)
        spread = sprintf("%.1f-%.1f", of[1], of[n[key]])
        printf "%-9s %-10s %12.1f %25s %10.2f %10.0f\n", work, whos[i], middle[i], spread, sorted(cpu, key, of), sorted(peak, key, of)
      }
      printf "%-9s ratio %17.2f\n", work, work == "transact" ? middle[1] / middle[2] : middle[2] / middle[1]
    }
  }' "$work/results"
