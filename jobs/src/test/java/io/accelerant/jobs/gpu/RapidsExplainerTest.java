package io.accelerant.jobs.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.job.SparkTest;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.SparkPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a plan that was executed is handed to the plug-in. */
class RapidsExplainerTest extends SparkTest {
  @Test
  void commandIsHandedOverWithoutRunningAgain(@TempDir Path folder) {
    QueryPlans plans = new QueryPlans();
    plans.listenTo(spark());
    String table = folder.resolve("table").toString();
    spark().range(10).write().mode("append").parquet(table);
    SparkPlan plan = plans.queries().get(0).plan();
    plans.close();
    Dataset<Row> handed = RapidsExplainer.data(plan);
    var classic = (org.apache.spark.sql.classic.Dataset<Row>) handed;
    assertThat(classic.queryExecution().executedPlan()).isSameAs(plan);
    assertThat(plan.toString()).contains("InsertIntoHadoopFsRelationCommand");
    assertThat(spark().read().parquet(table).count()).isEqualTo(10);
  }
}
