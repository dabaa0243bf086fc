package io.accelerant.core.job;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

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
    try (ByteArrayOutputStream out = new ByteArrayOutputStream();
        ObjectOutputStream objects = new ObjectOutputStream(out)) {
      objects.writeObject(value);
      objects.flush();
      return new Shared<>(spark.broadcast(out.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A new copy of the value; for use in a task. */
  @SuppressWarnings("unchecked")
  public T copy() {
    try (ObjectInputStream in = new TaskInput(bytes.value())) {
      return (T) in.readObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the job's classes are not on this executor", e);
    }
  }

  /** Removes the bytes from driver and executors. */
  @Override
  public void close() {
    bytes.destroy();
  }

  /** Finds classes of an application jar, which spark-submit gives to the thread's class loader. */
  private static final class TaskInput extends ObjectInputStream {
    TaskInput(byte[] bytes) throws IOException {
      super(new ByteArrayInputStream(bytes));
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass type)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(type.getName(), false, Thread.currentThread().getContextClassLoader());
      } catch (ClassNotFoundException e) {
        return super.resolveClass(type);
      }
    }
  }
}
