#!/usr/bin/env bash
# Rounds of faults of a whole worker under load, with both file connectors: kill -9 and SIGTERM at random moments, a broker
# that is killed or frozen, a worker that is frozen, full disks, files that shrink or go, poison, deleted topics, memory.
#   benches/worker-faults.sh [ROUNDS] [SEED]      (100 of kill -9, fewer of the others; by chance)
# Nothing may be lost, and nothing repeated but by a kill. Prints a line a round and a summary; fails if a round does.
# `FAULT=killed` chooses tests by their names, `PROFILE=dev` a worker that was built to be debugged. Needs Java 17, Maven
# and 4 GB of memory.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
export KAFKA_PORT=${KAFKA_PORT:-19492} KAFKA_DATA=$work/broker HEAP=${HEAP:--Xmx1G}
export LONGSHORE_FAULT_ROUNDS=${1:-100} LONGSHORE_FAULT_SEED=${2:-$(date +%S%N | cut -c1-6 | sed 's/^0*//')}
export LONGSHORE_TEST_BOOTSTRAP=127.0.0.1:$KAFKA_PORT
finish() {
  scripts/apache.sh broker stop || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

cargo test --profile "${PROFILE:-release}" --package longshore --test faults --no-run
scripts/apache.sh broker start
echo "$LONGSHORE_FAULT_ROUNDS rounds, seed $LONGSHORE_FAULT_SEED"
cargo test --profile "${PROFILE:-release}" --package longshore --test faults -- --test-threads 1 ${FAULT:+"$FAULT"}
