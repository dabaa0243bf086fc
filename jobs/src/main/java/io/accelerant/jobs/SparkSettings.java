package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Master;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.Progress;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Where Spark's settings come from, the strongest first: {@code --set}, what spark-submit was given
 * (its {@code --conf} and spark-defaults.conf, which cannot be told apart here), configuration
 * files, defaults. The master is the submitter's alone.
 */
final class SparkSettings {
  private static final String MASTER = "spark.master";
  private static final String APP_NAME = "spark.app.name";
  private static final String HADOOP = "spark.hadoop.";
  private static final String EXECUTOR_ENVIRONMENT = "spark.executorEnv.";

  private static final String KRYO = "spark.kryo.";

  /**
   * Gradients are arrays of megabytes; in G1's usual regions each would start a collection. And
   * Spark numbers files in the digits of the process' locale.
   */
  private static final String EXECUTOR_OPTIONS =
      "-XX:G1HeapRegionSize=8m -Duser.language=en -Duser.country=US";

  /** What Kryo meets that Spark does not register: of Spark, of Hadoop and of the jobs. */
  static final List<String> SENT =
      List.of(
          "org.apache.spark.sql.types.ArrayType",
          "org.apache.spark.sql.types.BinaryType$",
          "org.apache.spark.sql.types.NullType$",
          "org.apache.spark.sql.types.TimestampType$",
          "org.apache.spark.sql.catalyst.expressions.GenericRow",
          "org.apache.hadoop.fs.Path",
          "[Lorg.apache.hadoop.fs.Path;",
          "[[J",
          "io.accelerant.core.lm.NgramModel");

  private SparkSettings() {}

  /** The settings that spark-submit handed to this process; empty in an embedded run. */
  static SortedMap<String, String> submitted() {
    SortedMap<String, String> settings = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("spark.")) {
        settings.put(name, System.getProperty(name));
      }
    }
    // spark-submit names the class when the user gave no name
    settings.remove(APP_NAME, Main.class.getName());
    return settings.containsKey(MASTER) ? settings : new TreeMap<>();
  }

  /** Lays the submitted settings over those of files and says which of them lost. */
  static JobConfig submit(JobConfig own, Map<String, String> submitted, Progress notes) {
    JobConfig config = own;
    var settings = own.effective();
    for (var entry : submitted.entrySet()) {
      String key = entry.getKey();
      String origin = settings.containsKey(key) ? settings.get(key).origin() : "default";
      boolean wins = key.equals(MASTER) || !origin.equals("--set");
      if (wins && !origin.equals("default") && !entry.getValue().equals(own.spark().get(key))) {
        notes.say("%s (%s) is ignored: spark-submit has set it.", key, origin);
      }
      config = wins ? config.withSpark(key, entry.getValue(), "spark-submit") : config;
    }
    return config;
  }

  /** Adds what Spark would otherwise choose badly for a run of this kind. */
  static JobConfig complete(JobConfig own, String job, boolean submitted) {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put(APP_NAME, job);
    defaults.put("spark.sql.session.timeZone", "UTC");
    if (!submitted) {
      defaults.put("spark.ui.enabled", "false");
      if (new Master(own.get(RunKeys.MASTER)).isOneMachine()) {
        defaults.put("spark.driver.host", "127.0.0.1");
        defaults.put("spark.driver.bindAddress", "127.0.0.1");
        defaults.put("spark.sql.shuffle.partitions", "8");
      }
    }
    defaults.put("spark.executor.defaultJavaOptions", EXECUTOR_OPTIONS);
    Engine.environment(own.get(RunKeys.THREADS), kernel(own))
        .forEach((name, value) -> defaults.put(EXECUTOR_ENVIRONMENT + name, value));
    JobConfig config = withS3(withDefaults(own, defaults));
    var name = own.find(RunKeys.NAME);
    return name.isPresent() ? config.withSpark(APP_NAME, name.get(), "run.name") : config;
  }

  /** Adds what every reader and writer of s3a: should know. */
  static JobConfig withS3(JobConfig own) {
    return withDefaults(own, S3Settings.defaults());
  }

  private static JobConfig withDefaults(JobConfig own, Map<String, String> defaults) {
    JobConfig config = own;
    for (var entry : defaults.entrySet()) {
      if (!own.spark().containsKey(entry.getKey())) {
        config = config.withSpark(entry.getKey(), entry.getValue(), "default");
      }
    }
    return config;
  }

  private static String kernel(JobConfig config) {
    String kernel = config.get(RunKeys.KERNEL);
    if (!kernel.equals("auto") && !Engine.kernels().contains(kernel.toLowerCase(Locale.ROOT))) {
      throw config.invalid(
          RunKeys.KERNEL,
          Text.of("is \"%s\", must be auto or one of %s.", kernel, Engine.kernels()));
    }
    return kernel;
  }

  /**
   * Refuses a kernel that this process does not use: libraries read the environment when they are
   * loaded, and a process cannot change its own.
   */
  static void requireKernel(JobConfig config, Map<String, String> environment) {
    String kernel = kernel(config);
    if (kernel.equals("auto")) {
      return;
    }
    Map<String, String> wanted = Engine.environment(config.get(RunKeys.THREADS), kernel);
    wanted.keySet().removeIf(name -> name.startsWith("OMP_")); // about speed, not bits
    boolean pinned =
        wanted.entrySet().stream()
            .allMatch(e -> e.getValue().equalsIgnoreCase(environment.get(e.getKey())));
    if (!pinned) {
      throw config.invalid(
          RunKeys.KERNEL,
          Text.of(
              "= %s needs %s in the environment of the driver too (the launcher does that for"
                  + " --set; spark-submit in cluster mode: spark.kubernetes.driverEnv.* or"
                  + " spark.yarn.appMasterEnv.*).",
              kernel, wanted));
    }
  }

  /**
   * Refuses a serializer that takes registered classes alone, unless what Spark's own tables and
   * the jobs send is among them: a task would fail on each, one after the other.
   */
  static void requireKryo(Map<String, String> spark) {
    if (!Boolean.parseBoolean(spark.get(KRYO + "registrationRequired"))) {
      return;
    }
    List<String> missing = new ArrayList<>(SENT);
    missing.removeAll(
        Arrays.stream(spark.getOrDefault(KRYO + "classesToRegister", "").split(","))
            .map(String::strip)
            .toList());
    if (!missing.isEmpty()) {
      throw new ConfigException(
          Text.of(
              "%sregistrationRequired is true, but Spark's tables and the jobs also send %s: leave"
                  + " it out (Kryo works without it), or add these to %sclassesToRegister.",
              KRYO, String.join(",", missing), KRYO));
    }
  }

  /** Refuses GPUs that Spark has none of, or that this build cannot use. */
  static void requireGpus(JobConfig config, Progress notes) {
    GpuStage stage = GpuStage.of(config);
    if (stage.gpus() > 0) {
      stage.require(config.spark());
      Engine.requireCuda();
      notes.say(
          "engine.device = cuda is compiled and has never been executed: compare a short run with"
              + " one on cpu.");
    }
  }

  /** What Spark would hand to Hadoop, without starting Spark. */
  static Configuration hadoop(JobConfig config) {
    Configuration hadoop = new Configuration();
    config
        .spark()
        .forEach(
            (key, value) -> {
              if (key.startsWith(HADOOP)) {
                hadoop.set(key.substring(HADOOP.length()), value);
              }
            });
    return hadoop;
  }
}
