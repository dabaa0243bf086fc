package io.accelerant.core.job;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A value that travels to each executor once, as a broadcast of bytes: Java serialisation whatever
 * serializer the user has set, since Kryo cannot read records. Every task makes its own copy, so
 * that the value need not be thread-safe.
 *
 * @param <T> type of the value
 */
public final class Shared<T extends Serializable> implements Serializable, AutoCloseable {
  private final Broadcast<byte[]> bytes;

  private Shared(Broadcast<byte[]> bytes) {
    this.bytes = bytes;
  }

  public static <T extends Serializable> Shared<T> of(JavaSparkContext spark, T value) {
    ByteBuffer buffer = serializer().serialize(value, Shared.<T>tag());
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new Shared<>(spark.broadcast(bytes));
  }

  /** As {@link #of(JavaSparkContext, Serializable)}, in the session of a job. */
  public static <T extends Serializable> Shared<T> of(JobContext context, T value) {
    return of(JavaSparkContext.fromSparkContext(context.spark().sparkContext()), value);
  }

  /** A new copy of the value; for use in a task. */
  public T copy() {
    // The thread's loader has the classes of an application jar.
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return serializer().deserialize(ByteBuffer.wrap(bytes.value()), loader, Shared.<T>tag());
  }

  private static SerializerInstance serializer() {
    return new JavaSerializer(SparkEnv.get().conf()).newInstance();
  }

  private static <T> ClassTag<T> tag() {
    return ClassTag$.MODULE$.apply(Object.class);
  }

  /** Removes the bytes from driver and executors. */
  @Override
  public void close() {
    bytes.destroy();
  }
}
