package io.accelerant.core.job;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SparkSession;

/** Settings of Spark that a site may have for its own work, all other than Spark has them. */
public final class SiteSettings {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.sql.sources.partitionColumnTypeInference.enabled", "false",
          "spark.sql.caseSensitive", "true",
          "spark.sql.ansi.enabled", "false",
          "spark.sql.session.timeZone", "Asia/Kolkata",
          "spark.sql.adaptive.enabled", "false",
          "spark.sql.parquet.writeLegacyFormat", "true",
          "spark.sql.parquet.outputTimestampType", "INT96",
          "spark.sql.jsonGenerator.ignoreNullFields", "false",
          "spark.sql.parquet.enableVectorizedReader", "false",
          "spark.sql.files.ignoreCorruptFiles", "true");

  private SiteSettings() {}

  /** What comes out under all of them; they are put back. */
  public static <T> T under(SparkSession spark, Supplier<T> work) {
    RuntimeConfig conf = spark.conf();
    Map<String, Optional<String>> before = new HashMap<>();
    for (String key : SETTINGS.keySet()) {
      scala.Option<String> value = conf.getOption(key);
      before.put(key, value.isDefined() ? Optional.of(value.get()) : Optional.empty());
      conf.set(key, SETTINGS.get(key));
    }
    try {
      return work.get();
    } finally {
      before.forEach(
          (key, value) -> value.ifPresentOrElse(v -> conf.set(key, v), () -> conf.unset(key)));
    }
  }
}
