#!/usr/bin/env bash
# Starts a standalone Kafka Connect worker: connect-standalone.sh [-daemon] worker.properties [connector.properties …]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] connect-standalone.properties [connector1.properties connector2.json ...]" >&2
  exit 1
fi
. "$here/longshore-find.sh"

if [ "$1" = -daemon ]; then
  shift
  log=${LOG_DIR:-$here/../logs}
  mkdir -p "$log"
  nohup "$longshore" standalone "$@" > "$log/connectStandalone.out" 2>&1 < /dev/null &
  echo "started, process $!; its log is $log/connectStandalone.out"
else
  exec "$longshore" standalone "$@"
fi
