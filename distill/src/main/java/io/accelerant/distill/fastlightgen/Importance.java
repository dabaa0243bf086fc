package io.accelerant.distill.fastlightgen;

import io.accelerant.core.math.RankCorrelation;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How much worse a flow model predicts held-out data without each of its blocks. With clean data z,
 * noise e and {@code z_t = (1 - t) z + t e} the velocity to predict is {@code e - z}; the error of
 * the clean data that Tweedie's formula gives is {@code t^2} times that of the velocity, and its
 * rise a drop of the evidence bound.
 *
 * @param levels t, in (0, 1]
 * @param whole mean squared error of the velocity by level, all blocks there
 * @param without the same without block l, {@code [blocks][levels]}, of the same data and noise
 * @param influence {@code 1 - E cos(before, after)} of each block over tokens, see {@link
 *     #influence}
 */
record Importance(double[] levels, double[] whole, double[][] without, double[] influence) {

  int blocks() {
    return without.length;
  }

  /** {@code Delta_l} at one level: {@code t^2 (|v_without - v*|^2 - |v - v*|^2)}. */
  double delta(int block, int level) {
    return levels[level] * levels[level] * plain(block, level);
  }

  /** The same without {@code t^2}. */
  double plain(int block, int level) {
    return without[block][level] - whole[level];
  }

  /** {@code Delta_l}, the mean over levels. */
  double delta(int block) {
    return IntStream.range(0, levels.length).mapToDouble(k -> delta(block, k)).average().orElse(0);
  }

  /** {@code Delta_l} of all blocks. */
  double[] deltas() {
    return IntStream.range(0, blocks()).mapToDouble(this::delta).toArray();
  }

  /** Mean over levels, without {@code t^2}. */
  double plain(int block) {
    return IntStream.range(0, levels.length).mapToDouble(k -> plain(block, k)).average().orElse(0);
  }

  /** Whether {@code Delta} and influence name the same blocks: Spearman's coefficient. */
  double agreement() {
    return RankCorrelation.of(deltas(), influence);
  }

  /**
   * Block influence of ShortGPT (Men et al. 2024): {@code 1 - cos(before, after)}, mean over
   * tokens.
   *
   * @param before {@code [tokens][width]}, the stream that a block reads
   * @param after the stream behind it
   */
  static double influence(double[] before, double[] after, int width) {
    int tokens = before.length / width;
    double sum = 0;
    for (int token = 0; token < tokens; token++) {
      int from = token * width;
      sum += 1 - cosine(before, after, from, from + width);
    }
    return sum / tokens;
  }

  private static double cosine(double[] a, double[] b, int from, int to) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = from; i < to; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return aa == 0 || bb == 0 ? 0 : ab / StrictMath.sqrt(aa * bb);
  }

  /** Mean squared error of one row. */
  static double squaredError(double[] found, double[] wanted) {
    return Arrays.stream(squares(found, wanted)).average().orElse(0);
  }

  private static double[] squares(double[] found, double[] wanted) {
    double[] squares = new double[found.length];
    Arrays.setAll(squares, i -> (found[i] - wanted[i]) * (found[i] - wanted[i]));
    return squares;
  }
}
