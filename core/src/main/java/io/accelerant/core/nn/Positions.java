package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** How a transformer knows the order of its tokens. */
public enum Positions implements Named {
  /** A learned row for each position, added to the embedding. */
  LEARNED,
  /** Fixed sines and cosines, added to the embedding. */
  SINUSOIDAL,
  /** Queries and keys are rotated by an angle that grows with the position. */
  ROTARY;

  private static final double BASE = 10000;

  /** Angle of frequency i of n at a position: {@code position * 10000^(-i/n)}. */
  static double angle(double position, int i, int n) {
    return position * StrictMath.pow(BASE, -(double) i / n);
  }

  /**
   * Section 3.5 of Vaswani et al. (2017): sine at even, cosine at odd places.
   *
   * @return {@code [length][width]} row-major
   */
  static double[] sinusoids(int length, int width) {
    double[] table = new double[length * width];
    for (int p = 0; p < length; p++) {
      for (int j = 0; j < width; j++) {
        double angle = p * StrictMath.pow(BASE, -(double) (j - j % 2) / width);
        table[p * width + j] = j % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
      }
    }
    return table;
  }

  /**
   * Eq. 34 of Su et al., "RoFormer" (2021): the pair (x_i, x_{i+d/2}) as a complex number, times
   * {@code e^(i angle)}. Halves are paired as in GPT-NeoX and Llama, not neighbours.
   *
   * @param x {@code [batch, heads, length, d]}, d even
   */
  static Value rotate(Graph g, Value x) {
    int length = x.size(2);
    int half = x.size(3) / 2;
    Value c = g.constant(circle(length, half, StrictMath::cos), 1, 1, length, half);
    Value s = g.constant(circle(length, half, StrictMath::sin), 1, 1, length, half);
    List<Value> parts = x.split(3, 2);
    Value re = parts.get(0);
    Value im = parts.get(1);
    return g.concat(3, re.mul(c).sub(im.mul(s)), im.mul(c).add(re.mul(s)));
  }

  /**
   * What {@link #rotate} turns by, looked up by position.
   *
   * @param positions indices {@code [rows]} below length
   * @return cosines and sines, each {@code [rows, d / 2]}
   */
  static List<Value> rotation(Graph g, Value positions, int length, int d) {
    Value c = g.constant(circle(length, d / 2, StrictMath::cos), length, d / 2);
    Value s = g.constant(circle(length, d / 2, StrictMath::sin), length, d / 2);
    return List.of(g.embedding(c, positions), g.embedding(s, positions));
  }

  private static double[] circle(int length, int half, DoubleUnaryOperator function) {
    double[] table = new double[length * half];
    for (int i = 0; i < table.length; i++) {
      table[i] = function.applyAsDouble(angle(i / half, i % half, half));
    }
    return table;
  }
}
