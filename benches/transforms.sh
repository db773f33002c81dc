#!/usr/bin/env bash
# Every transformation on records of ten fields, with schema and without, here and in Apache's classes.
#   benches/transforms.sh
# Prints a line each: nanoseconds a record of both, and their ratio. The JVM is warmed with 1,000,000 records a case.
# Needs Java 17 and Maven. Start nothing else meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."

export APACHE_HOME=${APACHE_HOME:-$HOME/.cache/longshore/apache-kafka-4.3.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --package plugin-transforms --example transforms_bench
scripts/apache.sh fetch
javac -d "$work" -cp "$APACHE_HOME/libs/*" benches/java/TransformsBench.java
java -Xmx512m "-Dlog4j2.configurationFile=$PWD/scripts/apache/log4j2.xml" -Dlvl=ERROR -cp "$APACHE_HOME/libs/*:$work" \
  TransformsBench > "$work/java.tsv"
"${CARGO_TARGET_DIR:-target}/release/examples/transforms_bench" > "$work/ours.tsv"
awk -F '\t' 'NR == FNR { java[$1] = $2; next }
  { printf "%-40s Java %8.1f ns   Longshore %8.1f ns   %5.1f times\n", $1, java[$1], $2, java[$1] / $2 }' \
  "$work/java.tsv" "$work/ours.tsv"
