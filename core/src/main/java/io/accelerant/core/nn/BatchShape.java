package io.accelerant.core.nn;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import java.util.List;

/**
 * Static shape of one program's batch.
 *
 * @param batch rows
 * @param length tokens of a row; 1 for networks without a sequence input
 * @param padded whether token networks take an input {@code padding [batch, length]}: 1 where a
 *     position is no token and must not be attended to, else 0. Whole padding rows need only a zero
 *     loss weight.
 */
public record BatchShape(int batch, int length, boolean padded) {
  public BatchShape {
    if (batch < 1 || length < 1) {
      throw new IllegalArgumentException(
          "batch and length must be at least 1, are " + batch + " and " + length);
    }
  }

  public static BatchShape of(int batch) {
    return new BatchShape(batch, 1, false);
  }

  public static BatchShape of(int batch, int length) {
    return new BatchShape(batch, length, false);
  }

  public static BatchShape padded(int batch, int length) {
    return new BatchShape(batch, length, true);
  }

  /** The key of a program of this shape. */
  public ProgramPool.Key key(String what, Precision precision) {
    return new ProgramPool.Key(padded ? "padded " + what : what, List.of(batch, length), precision);
  }
}
