package io.accelerant.core.job;

import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Storage;
import java.util.ArrayList;
import java.util.List;

/** The keys that every job has. */
public final class RunKeys {
  public static final Key<String> OUTPUT =
      Key.string(
              "run.output",
              "URI of the artifact to publish (file:, hdfs:, s3a: or a local path); {version}"
                  + " becomes the next free number")
          .operational();
  public static final Key<String> NAME =
      Key.string("run.name", "Name of the run, for people and for Spark's UI")
          .optional()
          .operational();
  public static final Key<Long> SEED =
      Key.longInteger("run.seed", "Seed of every random stream").withDefault(42L);
  public static final Key<String> CHECKPOINT =
      Key.string("run.checkpoint", "URI for checkpoints; default <run.output>/_checkpoints")
          .optional()
          .operational();
  public static final Key<String> RESUME =
      Key.string(
              "run.resume",
              "auto: go on from a checkpoint if there is one; never: start anew; require: fail"
                  + " without one")
          .oneOf("auto", "never", "require")
          .withDefault("auto")
          .operational();
  public static final Key<String> FORMAT =
      Key.string("run.format", "Format of tables: parquet, or json for JSON lines")
          .oneOf("parquet", "json")
          .withDefault("parquet")
          .operational();
  public static final Key<String> LOG =
      Key.string("run.log", "Form of the progress lines on standard error")
          .oneOf("text", "json")
          .withDefault("text")
          .operational();
  public static final Key<String> TRACKING =
      Key.string(
              "run.tracking",
              "Where parameters, the metrics of rounds and the report are logged too:"
                  + " mlflow:<URL of its server>; a server that fails does not stop the run")
          .optional()
          .operational();
  public static final Key<Integer> THREADS =
      Key.integer("engine.threads", "Threads of one numeric task; parallelism comes from tasks")
          .between(1, 1024)
          .withDefault(1)
          .operational();
  public static final Key<String> KERNEL =
      Key.string(
              "engine.kernel",
              "Kernel of the numeric libraries to pin on driver and executors: haswell, zen,"
                  + " skylakex, cooperlake, sapphirerapids, or auto")
          .withDefault("auto")
          .operational();
  public static final Key<String> FROZEN =
      Key.string(
              "engine.frozen",
              "How programs keep the matrices that adapters leave as they are, and those of networks"
                  + " that stand beside one that is trained, such as a teacher; 16 bits take half"
                  + " the memory and refuse a model that they do not hold exactly, so that no"
                  + " result changes")
          .oneOf(Storage.class)
          .withDefault(Storage.FLOAT32.label())
          .operational();

  /** Value of {@link #DEVICE}. */
  static final String CUDA = "cuda";

  public static final Key<String> DEVICE =
      Key.string(
              "engine.device",
              "Where networks of the engine are computed: cpu, or cuda (never executed), which"
                  + " needs a build with -Pcuda and executors with GPUs; see deploy/README.md")
          .oneOf("cpu", CUDA)
          .withDefault("cpu")
          .operational();
  public static final Key<Double> GPUS =
      Key.number(
              "engine.gpus",
              "GPUs that a task asks Spark for where networks are computed on one; less than 1:"
                  + " tasks share a GPU")
          .between(0.01, 1)
          .withDefault(1.0)
          .operational();
  public static final Key<String> MASTER =
      Key.string("spark.master", "Spark master of an embedded run; ignored under spark-submit")
          .withDefault("local[*]")
          .operational();

  private RunKeys() {}

  /** The common keys followed by the job's own. */
  public static List<Key<?>> and(List<Key<?>> own) {
    List<Key<?>> keys =
        new ArrayList<>(
            List.of(
                OUTPUT,
                NAME,
                SEED,
                CHECKPOINT,
                RESUME,
                FORMAT,
                LOG,
                TRACKING,
                THREADS,
                KERNEL,
                FROZEN,
                DEVICE,
                GPUS,
                MASTER));
    keys.addAll(own);
    return List.copyOf(keys);
  }
}
