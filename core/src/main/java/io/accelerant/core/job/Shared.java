package io.accelerant.core.job;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A value that travels to each executor once, as a broadcast of {@link JavaBytes}. Every task makes
 * its own copy, so that the value need not be thread-safe.
 *
 * @param <T> type of the value
 */
public final class Shared<T extends Serializable> implements Serializable, AutoCloseable {
  private final Broadcast<byte[]> bytes;
  private transient T own;

  /** On the driver: what the value refers to, such as another broadcast, lives as long as this. */
  private final transient T kept;

  private Shared(Broadcast<byte[]> bytes, T value) {
    this.bytes = bytes;
    this.kept = value;
  }

  public static <T extends Serializable> Shared<T> of(JavaSparkContext spark, T value) {
    return new Shared<>(spark.broadcast(JavaBytes.of(value)), value);
  }

  /** As {@link #of(JavaSparkContext, Serializable)}, in the session of a job. */
  public static <T extends Serializable> Shared<T> of(JobContext context, T value) {
    return of(JavaSparkContext.fromSparkContext(context.spark().sparkContext()), value);
  }

  /** The copy of this task, made when it first asks. */
  public T copy() {
    if (own == null) { // a task has this object to itself: it came with its closure
      own = JavaBytes.value(bytes.value());
    }
    return own;
  }

  /** Removes the bytes from driver and executors. */
  @Override
  public void close() {
    bytes.destroy();
  }
}
