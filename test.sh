#!/usr/bin/env bash
# Every check of this repository, from nothing: formatting, lints, tidy, unit tests, Apache's recorded answers, and the
# tests against a real broker, which it fetches from Maven Central and starts and stops by itself.
# Needs Rust (rustup), Java 17 and Maven.
set -euo pipefail
cd "$(dirname "$0")"

step() { echo; echo "== $*"; }

command -v cargo > /dev/null || { echo "test.sh: please install Rust first: https://rustup.rs" >&2; exit 1; }
data=$(mktemp -d)
export KAFKA_PORT=${KAFKA_PORT:-19692} KAFKA_DATA=$data/broker
finish() {
  scripts/apache.sh broker stop || true
  rm -rf "$data"
}
trap finish EXIT
trap 'exit 130' INT TERM

step "formatting and lints"
cargo fmt --check
cargo clippy --workspace --all-targets -- --deny warnings
cargo xtask tidy

step "Apache's recorded answers"
cargo xtask golden

step "a broker"
scripts/apache.sh fetch
scripts/apache.sh broker start
export APACHE_HOME=${APACHE_HOME:-$HOME/.cache/longshore/apache-kafka-4.3.1} LONGSHORE_TEST_KAFKA_LIBS
LONGSHORE_TEST_KAFKA_LIBS=$APACHE_HOME/libs
export LONGSHORE_TEST_APACHE=$PWD/scripts/apache.sh
export LONGSHORE_TEST_BOOTSTRAP=127.0.0.1:$KAFKA_PORT
export LONGSHORE_TEST_BROKER_KILL="$PWD/scripts/apache.sh broker kill 1"
export LONGSHORE_TEST_BROKER_START="$PWD/scripts/apache.sh broker again 1"
export LONGSHORE_TEST_BROKER_PAUSE="$PWD/scripts/apache.sh broker pause 1"
export LONGSHORE_TEST_BROKER_RESUME="$PWD/scripts/apache.sh broker resume 1"

step "tests"
cargo test --workspace

step "REST scenarios, against a whole worker"
cargo xtask scenarios --mode standalone
