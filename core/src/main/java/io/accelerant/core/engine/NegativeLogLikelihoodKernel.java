package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@link Graph#negativeLogLikelihood}: {@code y = log sum_j e^(x_j) - x_t} of each row. Gradient:
 * {@code dx_j = dy (softmax(x)_j - [j = t])}. A row whose dy is 0, such as padding, costs nothing
 * there. Operands: logits {@code [.., vocabulary]}, tokens t as numbers {@code [..]}. Sums over a
 * row are taken in 1,024 parts and those added in float64.
 */
final class NegativeLogLikelihoodKernel implements Kernel {
  private static final int BLOCK = Exponentials.BLOCK;

  private final int vocabulary;
  private final Exponentials exponentials = new Exponentials();
  private final float[] x = new float[BLOCK];
  private final float[] parts = new float[BLOCK];

  NegativeLogLikelihoodKernel(int vocabulary) {
    this.vocabulary = vocabulary;
  }

  @Override
  public String name() {
    return "negative_log_likelihood";
  }

  @Override
  public boolean isRowwise(int operand) {
    return true;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public void forward(FloatBuffer[] operands, FloatBuffer result) {
    for (int row = 0; row < result.capacity(); row++) {
      int at = row * vocabulary;
      int token = token(operands[1], row);
      float largest = largest(operands[0], at);
      double sum = exponentials(operands[0], at, largest, null);
      result.put(row, (float) (StrictMath.log(sum) + (largest - operands[0].get(at + token))));
    }
  }

  @Override
  public void backward(FloatBuffer[] operands, FloatBuffer incoming, FloatBuffer[] gradients) {
    FloatBuffer dx = gradients[0];
    for (int row = 0; row < incoming.capacity(); row++) {
      int at = row * vocabulary;
      float dy = incoming.get(row);
      if (dy == 0) {
        clear(dx, at);
        continue;
      }
      int target = at + token(operands[1], row);
      float largest = largest(operands[0], at);
      double sum = exponentials(operands[0], at, largest, dx);
      scale(dx, at, (float) (dy / sum));
      dx.put(target, dx.get(target) - dy);
    }
  }

  private int token(FloatBuffer tokens, int row) {
    float token = tokens.get(row);
    if (!(token >= 0 && token < vocabulary)) {
      throw new IllegalArgumentException(
          Text.of(
              "token %d of a negative log likelihood is %.0f, must be in 0..%d",
              row, (double) token, vocabulary - 1));
    }
    return (int) token;
  }

  private float largest(FloatBuffer logits, int at) {
    Arrays.fill(parts, Float.NEGATIVE_INFINITY);
    for (int from = 0; from < vocabulary; from += BLOCK) {
      int n = Math.min(BLOCK, vocabulary - from);
      logits.get(at + from, x, 0, n);
      for (int i = 0; i < n; i++) {
        parts[i] = Math.max(parts[i], x[i]);
      }
    }
    float largest = Float.NEGATIVE_INFINITY;
    for (float part : parts) {
      largest = Math.max(largest, part);
    }
    return largest;
  }

  /**
   * The sum of {@code e^(x_j - largest)}.
   *
   * @param into takes the terms, perhaps where the logits are; or null
   */
  private double exponentials(FloatBuffer logits, int at, float largest, FloatBuffer into) {
    Arrays.fill(parts, 0);
    for (int from = 0; from < vocabulary; from += BLOCK) {
      int n = Math.min(BLOCK, vocabulary - from);
      logits.get(at + from, x, 0, n);
      exponentials.apply(x, n, largest);
      for (int i = 0; i < n; i++) {
        parts[i] += x[i];
      }
      if (into != null) {
        into.put(at + from, x, 0, n);
      }
    }
    double sum = 0;
    for (float part : parts) {
      sum += part;
    }
    return sum;
  }

  private void scale(FloatBuffer row, int at, float factor) {
    for (int from = 0; from < vocabulary; from += BLOCK) {
      int n = Math.min(BLOCK, vocabulary - from);
      row.get(at + from, x, 0, n);
      for (int i = 0; i < n; i++) {
        x[i] *= factor;
      }
      row.put(at + from, x, 0, n);
    }
  }

  private void clear(FloatBuffer row, int at) {
    Arrays.fill(x, 0);
    for (int from = 0; from < vocabulary; from += BLOCK) {
      row.put(at + from, x, 0, Math.min(BLOCK, vocabulary - from));
    }
  }
}
