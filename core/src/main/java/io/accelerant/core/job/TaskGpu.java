package io.accelerant.core.job;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * The GPU that Spark gave the running task. Spark hands out addresses but hides no device: who
 * computes on one must name it.
 */
public final class TaskGpu {
  /** Spark's name of the resource. */
  public static final String RESOURCE = "gpu";

  private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

  private TaskGpu() {}

  /**
   * Its index as CUDA counts devices in this process; empty outside a task, and in a task that was
   * given none. Of several, the first.
   *
   * @throws ConfigException if the address names no device of this process
   */
  public static OptionalInt index() {
    TaskContext task = TaskContext.get();
    ResourceInformation given = task == null ? null : task.resourcesJMap().get(RESOURCE);
    return given == null || given.addresses().length == 0
        ? OptionalInt.empty()
        : OptionalInt.of(index(given.addresses()[0], System.getenv(VISIBLE)));
  }

  /**
   * A number is the index itself, as {@code deploy/gpu/discover-gpus.sh} prints it. Anything else,
   * such as the UUID of a MIG instance, counts by its place in the list.
   *
   * @param visible CUDA_VISIBLE_DEVICES of this process, or null
   */
  static int index(String address, String visible) {
    if (address.matches("\\d{1,6}")) {
      return Integer.parseInt(address);
    }
    List<String> list =
        Arrays.stream(Optional.ofNullable(visible).orElse("").split(","))
            .map(String::strip)
            .toList();
    int place = address.isBlank() ? -1 : list.indexOf(address);
    if (place < 0) {
      throw new ConfigException(
          Text.of(
              "Spark gave the task the GPU \"%s\", which is neither a number nor in %s (%s) of the"
                  + " executor. Use deploy/gpu/discover-gpus.sh as the discovery script, or list"
                  + " the device there (spark.executorEnv.%s).",
              address, VISIBLE, visible == null ? "not set" : visible, VISIBLE));
    }
    return place;
  }
}
