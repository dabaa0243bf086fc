package io.accelerant.core.engine;

import io.accelerant.core.config.Master;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The native memory of an executor against the room that Spark gives it outside the heap. A
 * container that overruns it is killed without a word, so a job asks first. So it does for large
 * things on the heap.
 */
public final class NativeMemory {
  /** What the libraries take once loaded, with their work buffers. */
  static final long LIBRARY = 256L << 20;

  private static final long MIB = 1L << 20;
  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*([a-z]*)");

  private NativeMemory() {}

  /** Tasks that run at once in one executor. */
  public static int slots(Map<String, String> spark) {
    int cores = Integer.parseInt(spark.getOrDefault("spark.executor.cores", "1").strip());
    int cpus = Integer.parseInt(spark.getOrDefault("spark.task.cpus", "1").strip());
    return Math.max(1, cores / cpus);
  }

  /** {@code slots x programs + shared + libraries}, in bytes. */
  public static long required(int slots, long programBytes, long sharedBytes) {
    return Math.addExact(
        Math.addExact(Math.multiplyExact(slots, programBytes), sharedBytes), LIBRARY);
  }

  /**
   * Checks the overhead of executors; a local master has none.
   *
   * @param spark Spark's settings
   * @param slots tasks that run at once in one executor
   * @param programBytes bytes of the programs of one task
   * @param sharedBytes further native bytes of one executor, such as parameters
   * @throws ConfigException naming the number to set, if the overhead is too small
   */
  public static void check(
      Map<String, String> spark, int slots, long programBytes, long sharedBytes) {
    if (Master.of(spark).isOneProcess()) {
      return;
    }
    long required = required(slots, programBytes, sharedBytes);
    long overhead = overhead(spark);
    if (overhead < required) {
      throw new ConfigException(
          Text.of(
              "The numeric engine needs %d MiB outside the heap of each executor (%d tasks x %d MiB"
                  + " of programs + %d MiB shared + %d MiB of libraries); Spark leaves it %d MiB."
                  + " Set spark.executor.memoryOverhead=%dm, or run fewer tasks per executor.",
              mib(required),
              slots,
              mib(programBytes),
              mib(sharedBytes),
              mib(LIBRARY),
              overhead / MIB,
              mib(required)));
    }
  }

  /**
   * Checks that what the tasks of one executor keep on Java's heap takes at most half of it.
   *
   * @param taskBytes bytes of one task
   * @param what they are, for the error
   * @throws ConfigException naming the number to set, if the heap is too small
   */
  public static void checkHeap(Map<String, String> spark, int slots, long taskBytes, String what) {
    boolean here = Master.of(spark).isOneProcess();
    String key = here ? "spark.driver.memory" : "spark.executor.memory";
    long heap = here ? Runtime.getRuntime().maxMemory() : bytes(key, spark.getOrDefault(key, "1g"));
    long required = Math.multiplyExact(2L * slots, taskBytes);
    if (heap < required) {
      throw new ConfigException(
          Text.of(
              "The %s take up to %d MiB of heap in each of %d tasks, and may take half of it; there are %d MiB. Set %s=%dm, or a smaller batch.",
              what, mib(taskBytes), slots, heap / MIB, key, mib(required)));
    }
  }

  /**
   * Checks that this process' heap holds something beside what is there anyway.
   *
   * @param what it is, for the error
   * @throws ConfigException naming the number to set, if the heap is too small
   */
  public static void checkOwnHeap(long bytes, String what) {
    long heap = Runtime.getRuntime().maxMemory();
    long required = Math.addExact(bytes, LIBRARY);
    if (heap < required) {
      throw new ConfigException(
          Text.of(
              "%s takes %d MiB of heap; with all else %d MiB are needed, and there are %d. Set"
                  + " ACCELERANT_HEAP=%dm for the launcher, or spark.driver.memory.",
              what, mib(bytes), mib(required), heap / MIB, mib(required)));
    }
  }

  /** What Spark adds to the heap of an executor, by its own rules. */
  static long overhead(Map<String, String> spark) {
    String given = spark.get("spark.executor.memoryOverhead");
    if (given != null) {
      return bytes("spark.executor.memoryOverhead", given);
    }
    String heap = spark.getOrDefault("spark.executor.memory", "1g");
    String least = spark.getOrDefault("spark.executor.minMemoryOverhead", "384m");
    double factor =
        Double.parseDouble(spark.getOrDefault("spark.executor.memoryOverheadFactor", "0.1"));
    long share = (long) (factor * bytes("spark.executor.memory", heap));
    return Math.max(share, bytes("spark.executor.minMemoryOverhead", least));
  }

  /**
   * Bytes of a size as Spark writes it: {@code 512m}, {@code 2g}; a bare number means MiB.
   *
   * @throws ConfigException naming the key, if it is no size
   */
  static long bytes(String key, String size) {
    Matcher matcher = SIZE.matcher(size.strip().toLowerCase(Locale.ROOT));
    int shift = matcher.matches() ? shift(matcher.group(2)) : -1;
    if (shift < 0) {
      throw new ConfigException(
          Text.of("%s must be a size such as 512m or 2g, is \"%s\"", key, size));
    }
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "b" -> 0;
      case "k", "kb" -> 10;
      case "", "m", "mb" -> 20;
      case "g", "gb" -> 30;
      case "t", "tb" -> 40;
      case "p", "pb" -> 50;
      default -> -1;
    };
  }

  private static long mib(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }
}
