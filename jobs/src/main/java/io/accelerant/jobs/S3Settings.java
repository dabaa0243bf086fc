package io.accelerant.jobs;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * What Spark and Hadoop's S3A are told about {@code s3a:} unless the user or the cluster's own
 * files say otherwise.
 */
final class S3Settings {
  private static final String HADOOP = "spark.hadoop.";
  private static final String COMMIT_PROTOCOL =
      "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol";

  private S3Settings() {}

  /** Settings of Spark; those of Hadoop with Spark's prefix for them. */
  static Map<String, String> defaults() {
    return defaults(new Configuration());
  }

  /**
   * @param site what the cluster's files say
   */
  static Map<String, String> defaults(Configuration site) {
    Map<String, String> defaults = new LinkedHashMap<>();
    if (isThere(COMMIT_PROTOCOL)) {
      defaults.putAll(magicCommitter());
    }
    bounds()
        .forEach(
            (key, value) -> {
              if (!isOfSite(site, key)) {
                defaults.put(HADOOP + key, value);
              }
            });
    return defaults;
  }

  /** Tables reach their names when the job commits, by completed uploads instead of renames. */
  private static Map<String, String> magicCommitter() {
    return Map.of(
        HADOOP + "fs.s3a.committer.name",
        "magic",
        HADOOP + "mapreduce.outputcommitter.factory.scheme.s3a",
        "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory",
        "spark.sql.sources.commitProtocolClass",
        COMMIT_PROTOCOL,
        "spark.sql.parquet.output.committer.class",
        "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter");
  }

  /**
   * How often and how long a store that does not answer is tried. Measured on one call: with
   * Hadoop's own values two minutes where connections are refused; with these 4 to 9 seconds, and
   * 51 where packets are lost or a server takes requests and never answers (Hadoop allows no
   * timeout below 15 seconds). Answers that ask to slow down are tried as often as Hadoop does.
   */
  private static Map<String, String> bounds() {
    return Map.of(
        "fs.s3a.attempts.maximum", "0",
        "fs.s3a.retry.limit", "2",
        "fs.s3a.retry.interval", "1s",
        "fs.s3a.connection.establish.timeout", "15s",
        "fs.s3a.connection.timeout", "15s");
  }

  /** Whether core-site.xml or the like sets a key, rather than Hadoop's own defaults. */
  private static boolean isOfSite(Configuration site, String key) {
    String[] sources = site.getPropertySources(key);
    return sources != null
        && sources.length > 0
        && !sources[sources.length - 1].equals("core-default.xml");
  }

  private static boolean isThere(String type) {
    try {
      Class.forName(type, false, Thread.currentThread().getContextClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
