package io.accelerant.core.job;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.SparkEnv;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Values as bytes between driver and tasks: Java serialisation whatever serializer the user has
 * set, since Kryo cannot read records. For what this program itself wrote, never for input.
 */
public final class JavaBytes {
  private JavaBytes() {}

  public static byte[] of(Serializable value) {
    ByteBuffer buffer = serializer().serialize(value, tag());
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** A new copy of the value that was written. */
  public static <T> T value(byte[] bytes) {
    // The thread's loader has the classes of an application jar.
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return serializer().deserialize(ByteBuffer.wrap(bytes), loader, JavaBytes.<T>tag());
  }

  private static SerializerInstance serializer() {
    return new JavaSerializer(SparkEnv.get().conf()).newInstance();
  }

  private static <T> ClassTag<T> tag() {
    return ClassTag$.MODULE$.apply(Object.class);
  }
}
