package io.accelerant.core.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;

/**
 * Base of tests that need Spark: one session with two threads for all of them in a process, started
 * by the first that asks. No test stops it; settings that a test changes it puts back.
 */
public abstract class SparkTest {
  /** Before a job in this process starts, and stops, one of its own under another test. */
  @BeforeAll
  static void startSpark() {
    spark();
  }

  /** The shared session, {@code local[2]}. */
  protected static SparkSession spark() {
    return Shared.SESSION;
  }

  /** A context on the shared session that swallows progress. */
  protected static JobContext context() {
    return JobContext.of(spark(), Progress.SILENT);
  }

  private static final class Shared {
    static final SparkSession SESSION = start();

    private static SparkSession start() {
      try {
        Path scratch = Files.createTempDirectory("accelerant-test");
        scratch.toFile().deleteOnExit();
        return SparkSession.builder()
            .master("local[2]")
            .appName("tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            // what sites set; other processes of the tests have Java's serializer
            .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .config("spark.speculation", "true")
            // Spark's history of jobs stops growing early, so that a leak shows itself early
            .config("spark.ui.retainedJobs", "50")
            .config("spark.ui.retainedStages", "50")
            .config("spark.ui.retainedTasks", "500")
            .config("spark.sql.ui.retainedExecutions", "20")
            .config("spark.sql.warehouse.dir", scratch.toUri().toString())
            .getOrCreate();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
