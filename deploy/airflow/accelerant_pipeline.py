"""prepare -> train -> distill -> evaluate -> publish, one Airflow task each, on the stages of conf/pipeline.conf.

NEVER EXECUTED. Needs the provider apache-airflow-providers-apache-spark and a connection `spark_default`.
Every task starts the same pipeline and stops after its own stage (`pipeline.until`): what the tasks before it made is
found by its hash and skipped, so a task that is tried again goes on where it was, and a run on unchanged inputs does
nothing. Exit codes 2 and 3 (configuration, data) are not worth a retry; the others are.
"""
from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

JAR = "/opt/accelerant/accelerant.jar"  # <- change
CONF = "/opt/accelerant/conf"  # <- change; on the driver's machine
OUTPUT = "s3a://BUCKET/accelerant/pipeline"  # <- change
PUBLISHED = "s3a://BUCKET/accelerant/published/sampler-{version}"  # <- change

# Airflow task to the last pipeline stage that it runs; None: all of them, and publish.
STAGES = {"prepare": "corpus", "train": "teacher", "distill": "sampler", "evaluate": "quality", "publish": None}

with DAG(
    dag_id="accelerant_pipeline",
    start_date=datetime(2026, 1, 1),
    schedule="@daily",  # <- change
    catchup=False,
    max_active_runs=1,  # two runs would compete for the same claims
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
) as dag:
    before = None
    for task, stage in STAGES.items():
        arguments = ["pipeline", "--conf", f"{CONF}/pipeline.conf"]
        arguments += ["--set", f"run.output={OUTPUT}", "--set", f"pipeline.publish.to={PUBLISHED}"]
        if stage:
            arguments += ["--set", f"pipeline.until={stage}"]
        submit = SparkSubmitOperator(
            task_id=task,
            application=JAR,
            java_class="io.accelerant.jobs.Main",
            application_args=arguments,
            properties_file=f"{CONF}/spark-defaults.conf",
        )
        if before:
            before >> submit
        before = submit
