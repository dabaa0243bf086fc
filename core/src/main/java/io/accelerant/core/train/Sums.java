package io.accelerant.core.train;

import io.accelerant.core.engine.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What workers hand back, added over workers.
 *
 * @param gradient summed over examples; normalisers are already in it
 * @param totals further sums in an order that the method fixes, such as the loss
 */
public record Sums(Flat gradient, double[] totals) {
  private static final int HEADER = 12;

  /** Adds another worker's sums, in place. */
  public Sums add(Sums other) {
    gradient.add(other.gradient);
    for (int i = 0; i < totals.length; i++) {
      totals[i] += other.totals[i];
    }
    return this;
  }

  byte[] toBytes() {
    ByteBuffer buffer =
        ByteBuffer.allocate(HEADER + gradient.bytes() + 8 * totals.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(gradient.precision().ordinal()).putInt(gradient.length()).putInt(totals.length);
    gradient.put(buffer);
    for (double total : totals) {
      buffer.putDouble(total);
    }
    return buffer.array();
  }

  static Sums fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Precision precision = Precision.values()[buffer.getInt()];
    int length = buffer.getInt();
    double[] totals = new double[buffer.getInt()];
    Flat gradient = Flat.take(buffer, precision, length);
    for (int i = 0; i < totals.length; i++) {
      totals[i] = buffer.getDouble();
    }
    return new Sums(gradient, totals);
  }
}
