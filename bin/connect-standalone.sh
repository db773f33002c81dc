#!/bin/sh
# Starts a standalone Kafka Connect worker, as Apache's script of this name does.
if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] connect-standalone.properties [connector1.properties connector2.json ...]"
  exit 1
fi

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
EXTRA_ARGS=${EXTRA_ARGS-'-name connectStandalone'}
if [ "$1" = -daemon ]; then
  EXTRA_ARGS="-daemon $EXTRA_ARGS"
  shift
fi

. "$here/longshore-run.sh"
run standalone "$@"
