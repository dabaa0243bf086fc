package io.accelerant.distill.measure.pixels;

import io.accelerant.core.features.Moments;
import io.accelerant.core.math.SymmetricEigen;
import io.accelerant.core.random.RandomStream;
import java.util.stream.IntStream;

/**
 * The directions in which data vary most, by orthogonal iteration (Golub and Van Loan, section
 * 8.2.4) from a fixed start, then one small eigenproblem within them (Rayleigh and Ritz).
 * Neighbours of nearly equal variance are not told apart, which whitening does not need.
 */
public final class PrincipalComponents {
  private static final long START = RandomStream.purpose("mmd.components");
  private static final int ITERATIONS = 40;

  /** Variances below this share of the largest are not blown up to 1. */
  private static final double SMALL = 1e-6;

  private PrincipalComponents() {}

  /**
   * Directions over their deviations: components of variance 1 over the data.
   *
   * @param count at most as many as dimensions
   * @return [count][dimension], the largest variance first
   */
  public static double[][] whitened(Moments data, int count) {
    return directions(data, count, true);
  }

  /** As {@link #whitened}, unit vectors: components with the variances that they have. */
  public static double[][] plain(Moments data, int count) {
    return directions(data, count, false);
  }

  private static double[][] directions(Moments data, int count, boolean whitened) {
    double[][] covariance = data.covariance();
    int d = covariance.length;
    double[][] basis = start(Math.min(count, d), d);
    for (int i = 0; i < ITERATIONS; i++) {
      basis = orthonormal(times(basis, covariance));
    }
    double[][] moved = times(basis, covariance);
    double[][] small = new double[basis.length][basis.length];
    for (int i = 0; i < small.length; i++) {
      for (int j = 0; j < small.length; j++) {
        small[i][j] = (dot(moved[i], basis[j]) + dot(moved[j], basis[i])) / 2;
      }
    }
    return rotated(basis, SymmetricEigen.of(small), whitened);
  }

  private static double[][] start(int count, int d) {
    double[][] rows = new double[count][d];
    for (int i = 0; i < count; i++) {
      RandomStream stream = new RandomStream(0, START, i, 0);
      for (int p = 0; p < d; p++) {
        rows[i][p] = stream.nextGaussian();
      }
    }
    return orthonormal(rows);
  }

  /** Row k: the eigenvector with the k-th largest variance, whitened over its deviation. */
  private static double[][] rotated(double[][] basis, SymmetricEigen eigen, boolean whitened) {
    double[] values = eigen.values();
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted((a, b) -> Double.compare(values[b], values[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    double least = SMALL * values[order[0]];
    double[][] rows = new double[values.length][basis[0].length];
    for (int k = 0; k < rows.length; k++) {
      double scale = whitened ? 1 / StrictMath.sqrt(Math.max(least, values[order[k]])) : 1;
      for (int i = 0; i < basis.length; i++) {
        add(rows[k], scale * eigen.vectors()[i][order[k]], basis[i]);
      }
    }
    return rows;
  }

  /** Each row times a symmetric matrix; rows apart, so that threads change no bit. */
  private static double[][] times(double[][] rows, double[][] symmetric) {
    return IntStream.range(0, rows.length)
        .parallel()
        .mapToObj(
            i -> {
              double[] product = new double[symmetric.length];
              for (int p = 0; p < product.length; p++) {
                product[p] = dot(rows[i], symmetric[p]);
              }
              return product;
            })
        .toArray(double[][]::new);
  }

  /** Gram and Schmidt, twice, which is enough. */
  private static double[][] orthonormal(double[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          add(rows[i], -dot(rows[i], rows[j]), rows[j]);
        }
      }
      double norm = StrictMath.sqrt(dot(rows[i], rows[i]));
      if (norm > 0) {
        for (int p = 0; p < rows[i].length; p++) {
          rows[i][p] /= norm;
        }
      }
    }
    return rows;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void add(double[] into, double factor, double[] row) {
    for (int i = 0; i < into.length; i++) {
      into[i] += factor * row[i];
    }
  }
}
