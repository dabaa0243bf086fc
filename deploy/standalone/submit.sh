#!/usr/bin/env bash
# Submits one job to a standalone cluster: deploy/standalone/submit.sh JOB [arguments of the job]...
#   SPARK_HOME          Spark 4.1 (Scala 2.13)
#   ACCELERANT_MASTER   such as spark://HOST:7077
#   ACCELERANT_JAR      default: the jar of this checkout
# The exit code is the job's: 0 done, 2 configuration, 3 data, 4 artifact, 5 stopped, 6 commit state unknown.
set -euo pipefail
here=$(unset CDPATH && cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(unset CDPATH && cd -P "$here/../.." && pwd -P)
: "${SPARK_HOME:?set SPARK_HOME to a Spark 4.1 distribution}"
: "${ACCELERANT_MASTER:?set ACCELERANT_MASTER, such as spark://HOST:7077}"
jar=${ACCELERANT_JAR:-$root/jobs/target/accelerant-jobs-0.1.0-app.jar}
[ -f "$jar" ] || { echo "submit.sh: no $jar; run mvn -B -DskipTests package, or set ACCELERANT_JAR" >&2; exit 2; }
[ $# -gt 0 ] || { echo "submit.sh: name a job, such as lsd" >&2; exit 2; }
exec "$SPARK_HOME/bin/spark-submit" --master "$ACCELERANT_MASTER" --deploy-mode client \
  --properties-file "$root/conf/spark-defaults.conf" --class io.accelerant.jobs.Main "$jar" "$@"
