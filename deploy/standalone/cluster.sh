#!/usr/bin/env bash
# A standalone cluster on the machines named in a file, by Spark's own scripts: cluster.sh start|stop
#   SPARK_HOME      Spark 4.1 (Scala 2.13), at the same place on every machine
#   SPARK_WORKERS   file with one worker's host name a line, reachable by ssh without a password
set -euo pipefail
: "${SPARK_HOME:?set SPARK_HOME to a Spark 4.1 distribution}"
: "${SPARK_WORKERS:?set SPARK_WORKERS to a file with one host a line}"
export SPARK_WORKERS
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
case ${1:-} in
  start) exec "$SPARK_HOME/sbin/start-all.sh" ;;
  stop) exec "$SPARK_HOME/sbin/stop-all.sh" ;;
  *) echo "usage: cluster.sh start|stop" >&2; exit 2 ;;
esac
