#!/usr/bin/env bash
# Rounds of faults on three brokers, under load: leaders and coordinators moved, brokers stopped, killed and frozen,
# connections cut, answers lost.
#   benches/client-faults.sh [ROUNDS] [SEED]      (50, by chance)
# What was acked has to be stored once and in order, each transaction wholly or not at all, with its offsets; a group misses
# nothing. Read back with our consumer and with Java's. Prints a line a round and a summary; fails if a round does.
# `client-faults.sh 1 SEED` runs the round of that seed again; RUST_LOG=faults=info tells its story. Needs Java 17 and Maven.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
export KAFKA_PORT=${KAFKA_PORT:-19392} KAFKA_DATA=$work/brokers KAFKA_PROXIED=1 KAFKA_EXTRA=$work/extra
# JVMs that start fast, for they start several times a round.
export HEAP=${HEAP:--Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC}
# A broker that is gone is given up after 4 s instead of 9; few enough coordinators that one move finds them all.
cat > "$work/extra" << P
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
offsets.topic.num.partitions=6
transaction.state.log.num.partitions=6
P
finish() {
  for i in 1 2 3; do scripts/apache.sh broker resume "$i" 2> /dev/null || true; done
  scripts/apache.sh broker stop || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

cargo build --release --package kafka-client --example faults
scripts/apache.sh broker start 3
"${CARGO_TARGET_DIR:-target}/release/examples/faults" "$PWD/scripts/apache.sh" "${1:-50}" ${2:+"$2"}
