#!/usr/bin/env bash
# Apache Kafka 4.3.1 on this machine, from Maven Central: the broker that tests and the quickstart need, Apache's own
# Connect worker to compare with, and its tools.
#   apache.sh fetch                                   download the jars (once)
#   apache.sh broker start [N] | stop | status        N brokers (default 1) on 127.0.0.1:$KAFKA_PORT, +2, +4 …
#   apache.sh broker stop I | kill I | again I        the I-th broker alone: SIGTERM, SIGKILL, start it again
#   apache.sh broker pause I | resume I               SIGSTOP, SIGCONT
#   apache.sh connect-standalone WORKER [CONNECTOR…]  Apache's worker in the foreground
#   apache.sh tool CLASS [ARGUMENT…]                  any main class, e.g. org.apache.kafka.tools.TopicCommand
# KAFKA_PORT (19092) is the first broker's port, APACHE_HOME (~/.cache/longshore/apache-kafka-4.3.1) holds the jars,
# KAFKA_DATA ($APACHE_HOME/broker-$KAFKA_PORT) the brokers' data, KAFKA_EXTRA a file of further server properties (%i: the
# broker's number). HEAP and LOG_LEVEL are passed to the JVM.
# With KAFKA_PROXIED=1 each broker has a second listener, 6 ports up, whose clients are told to come to the port after
# that: for a proxy in between, which only they go through.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
home=${APACHE_HOME:-$HOME/.cache/longshore/apache-kafka-4.3.1}
port=${KAFKA_PORT:-19092}
data=${KAFKA_DATA:-$home/broker-$port}

usage() { sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2; }

run_java() {
  exec java ${HEAP:--Xmx1G} -Dlog4j2.configurationFile="$here/apache/log4j2.xml" -Dlvl="${LOG_LEVEL:-WARN}" \
    -cp "$home/libs/*" "$@"
}

install_missing() {  # Java and Maven, where apt-get may install them
  local missing=()
  command -v java > /dev/null || missing+=(openjdk-17-jre-headless)
  command -v mvn > /dev/null || missing+=(maven)
  [ ${#missing[@]} = 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq && apt-get install -y -qq "${missing[@]}" > /dev/null
  else
    echo "apache.sh: please install ${missing[*]} (Java 17 and Maven) and run this again" >&2
    exit 1
  fi
}

fetch() {
  [ -e "$home/fetched" ] && return
  install_missing
  echo "fetching Apache Kafka 4.3.1 from Maven Central …" >&2
  mkdir -p "$home"
  mvn -q -f "$here/apache/pom.xml" dependency:copy-dependencies -DoutputDirectory="$home/libs" >&2
  touch "$home/fetched"
}

is_alive() { [ -e "$data/$1/pid" ] && kill -0 "$(cat "$data/$1/pid")" 2> /dev/null; }

nodes() {
  local dir
  for dir in "$data"/*/; do
    if [ -e "$dir/server.properties" ]; then basename "$dir"; fi
  done
}

configure() {  # the I-th broker of N
  local dir=$data/$1 at=$2 count=$3 replicas roles=broker listeners advertised
  replicas=$((count < 3 ? count : 3))
  listeners=PLAINTEXT://127.0.0.1:$at
  advertised=$listeners
  if [ -n "${KAFKA_PROXIED:-}" ]; then
    listeners=$listeners,PROXIED://127.0.0.1:$((at + 6))
    advertised=$advertised,PROXIED://127.0.0.1:$((at + 7))
  fi
  if [ "$1" = 1 ]; then
    roles=broker,controller
    listeners=$listeners,CONTROLLER://127.0.0.1:$((port + 1))
  fi
  cat > "$dir/server.properties" << P
process.roles=$roles
node.id=$1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=$listeners
advertised.listeners=$advertised
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$dir/log
offsets.topic.replication.factor=$replicas
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$((replicas > 1 ? 2 : 1))
group.initial.rebalance.delay.ms=0
P
  [ -z "${KAFKA_EXTRA:-}" ] || sed "s/%i/$1/g" "$KAFKA_EXTRA" >> "$dir/server.properties"
}

start_node() {
  local dir=$data/$1 at=$((port + 2 * ($1 - 1)))
  mkdir -p "$dir"
  [ -e "$dir/server.properties" ] || configure "$1" "$at" "$2"
  if [ ! -e "$dir/log/meta.properties" ]; then
    (run_java kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c "$dir/server.properties") > "$dir/format.log" 2>&1
  fi
  (run_java kafka.Kafka "$dir/server.properties") > "$dir/broker.log" 2>&1 < /dev/null &
  echo $! > "$dir/pid"
  for _ in $(seq 1 900); do
    if (echo > "/dev/tcp/127.0.0.1/$at") 2> /dev/null; then
      echo "broker $1 on 127.0.0.1:$at"
      return
    fi
    is_alive "$1" || break
    sleep 0.1
  done
  echo "apache.sh: broker $1 did not come up on port $at; see $dir/broker.log" >&2
  exit 1
}

end_node() {  # I, signal: waits until the process has gone
  local pid
  is_alive "$1" || return 0
  pid=$(cat "$data/$1/pid")
  kill "-$2" "$pid"
  for _ in $(seq 1 300); do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.1
  done
  rm -f "$data/$1/pid"
}

broker() {
  local i found=1
  case "${1:-}" in
    start) for i in $(seq 1 "${2:-1}"); do is_alive "$i" || start_node "$i" "${2:-1}"; done ;;
    again) is_alive "$2" || start_node "$2" "$(nodes | wc -l)" ;;
    stop) for i in ${2:-$(nodes | sort -rn)}; do end_node "$i" TERM; done ;;
    kill) end_node "$2" KILL ;;
    pause) kill -STOP "$(cat "$data/$2/pid")" ;;
    resume) kill -CONT "$(cat "$data/$2/pid")" ;;
    status)
      for i in $(nodes); do
        is_alive "$i" && { echo "broker $i on 127.0.0.1:$((port + 2 * (i - 1)))"; found=0; }
      done
      exit $found ;;
    *) usage ;;
  esac
}

case "${1:-}" in
  fetch) fetch ;;
  broker) fetch; shift; broker "$@" ;;
  connect-standalone)
    fetch; shift
    HEAP=${HEAP:--Xms256M -Xmx2G} LOG_LEVEL=${LOG_LEVEL:-INFO} run_java org.apache.kafka.connect.cli.ConnectStandalone "$@" ;;
  tool) fetch; shift; run_java "$@" ;;
  *) usage ;;
esac
