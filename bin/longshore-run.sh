# run COMMAND ARGUMENTS: what kafka-run-class.sh is to Apache's scripts. To be sourced; $here is this folder. Uses
#   EXTRA_ARGS        -daemon; -name NAME, which names the daemon's output file; -Dname=value, added to KAFKA_OPTS
#   LOG_DIR           where the output of a daemon goes, to NAME.out
#   KAFKA_LOG4J_OPTS  which log4j file sets the levels; without it config/connect-log4j2.yaml

# Prints where the program is: LONGSHORE_BIN, beside this script, in the target folder of a source checkout, on PATH.
find_longshore() {
  for candidate in "${LONGSHORE_BIN:-}" "$here/longshore" "${CARGO_TARGET_DIR:-$here/../target}/release/longshore"; do
    if [ -f "$candidate" ] && [ -x "$candidate" ]; then
      echo "$candidate"
      return
    fi
  done
  command -v longshore && return
  echo "longshore is neither in $here nor on PATH: build it with 'cargo build --release', or set LONGSHORE_BIN" >&2
  return 127
}

run() {
  longshore=$(find_longshore) || exit
  name=longshore
  daemon=
  # Split at white space, as Apache's script does.
  set -f
  extra_left=${EXTRA_ARGS:-}
  expect_name=
  for extra in $extra_left; do
    if [ -n "$expect_name" ]; then
      name=$extra
      expect_name=
      continue
    fi
    case $extra in
      -daemon) daemon=1 ;;
      -name) expect_name=1 ;;
      -loggc) ;;
      -D*) KAFKA_OPTS="${KAFKA_OPTS:-} $extra" && export KAFKA_OPTS ;;
      # What is behind the name may be secret.
      *) echo "EXTRA_ARGS: ${extra%%[=:]*} has no effect, because there is no JVM" >&2 ;;
    esac
  done
  set +f

  if [ -z "${KAFKA_LOG4J_OPTS:-}" ] && [ -f "$here/../config/connect-log4j2.yaml" ]; then
    # The variable is split at white space, and its value at commas; an URL has neither.
    tab=$(printf '\t')
    log4j=$(printf '%s' "$here" | sed "s/%/%25/g; s/ /%20/g; s/$tab/%09/g; s/,/%2C/g")/../config/connect-log4j2.yaml
    export KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=file:$log4j"
  fi

  if [ -z "$daemon" ]; then
    exec "$longshore" "$@"
  fi
  out=${LOG_DIR:-$here/../logs}/$name.out
  mkdir -p "$(dirname "$out")" || exit 1
  : > "$out" || exit 1
  # In a session of its own, where there is that command: Ctrl-C in this terminal is not for it.
  setsid=$(command -v setsid) || setsid=
  nohup $setsid "$longshore" "$@" > "$out" 2>&1 < /dev/null &
  echo "started, process $!; its log is $out"
}
