package io.accelerant.distill.mmd;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/** A positive definite function k(x, y) of two feature vectors, through x.y, |x|^2 and |y|^2. */
sealed interface Kernel extends Serializable {
  /**
   * The value, and by what y counts in the gradient: {@code dk/dx = slope (y - x)} where the kernel
   * is a function of x - y, {@code slope y} where it is one of x.y.
   *
   * @param into receives value and slope
   */
  void at(double dot, double xx, double yy, double[] into);

  /** Whether it is a function of x - y. */
  boolean isOfDifference();

  /** {@code (gamma x.y + offset)^degree}: sees moments up to the degree, and no further ones. */
  record Polynomial(int degree, double gamma, double offset) implements Kernel {
    public Polynomial {
      if (degree < 1 || !(gamma > 0) || !(offset >= 0)) {
        throw new IllegalArgumentException(
            Text.of(
                "a polynomial kernel needs degree >= 1, gamma > 0 and offset >= 0, not %d, %s, %s",
                degree, gamma, offset));
      }
    }

    @Override
    public void at(double dot, double xx, double yy, double[] into) {
      double base = gamma * dot + offset;
      double power = 1;
      for (int d = 1; d < degree; d++) {
        power *= base;
      }
      into[0] = power * base;
      into[1] = degree * gamma * power;
    }

    @Override
    public boolean isOfDifference() {
      return false;
    }
  }

  /**
   * The mean over rates of {@code exp(-rate |x - y|^2)}: characteristic, so that it is blind to no
   * difference of two laws. One rate is the usual RBF.
   */
  record Gaussians(double[] rates) implements Kernel {
    public Gaussians {
      rates = rates.clone();
      if (rates.length == 0 || Arrays.stream(rates).anyMatch(r -> !(r > 0 && r < 1e300))) {
        throw new IllegalArgumentException(
            "a Gaussian kernel needs positive rates, not " + Arrays.toString(rates));
      }
    }

    /** {@code exp(-|x - y|^2 / (2 sigma^2))}. */
    static Gaussians ofSigmas(double... sigmas) {
      return new Gaussians(Arrays.stream(sigmas).map(s -> 1 / (2 * s * s)).toArray());
    }

    /** q where nobody says otherwise. */
    static final List<Double> FACTORS = List.of(0.25, 0.5, 1.0, 2.0, 4.0);

    /** As {@link #ofMedian(FeatureTable, double...)}, with {@link #FACTORS}. */
    static Gaussians ofMedian(FeatureTable rows) {
      return ofMedian(rows, FACTORS.stream().mapToDouble(q -> q).toArray());
    }

    /**
     * {@code exp(-|x - y|^2 / (q m))}, m being the median squared distance of two rows.
     *
     * @param factors q
     * @throws IllegalArgumentException if the median is 0
     */
    static Gaussians ofMedian(FeatureTable rows, double... factors) {
      double median = medianSquaredDistance(rows);
      return new Gaussians(Arrays.stream(factors).map(q -> 1 / (q * median)).toArray());
    }

    @Override
    public void at(double dot, double xx, double yy, double[] into) {
      double distance = Math.max(0, xx + yy - 2 * dot);
      double value = 0;
      double slope = 0;
      for (double rate : rates) {
        double e = StrictMath.exp(-rate * distance);
        value += e;
        slope += 2 * rate * e;
      }
      into[0] = value / rates.length;
      into[1] = slope / rates.length;
    }

    @Override
    public boolean isOfDifference() {
      return true;
    }
  }

  /** Rows that a median is taken of, at most: it moves little, and pairs grow with the square. */
  int MEDIAN_ROWS = 512;

  /** The median of |x_i - x_j|^2 over pairs i &lt; j of the first rows. */
  static double medianSquaredDistance(FeatureTable table) {
    FeatureTable rows = table.first(MEDIAN_ROWS);
    int n = rows.rows();
    if (n < 2) {
      throw new IllegalArgumentException("a median distance needs two rows, there are " + n);
    }
    double[] squares = rows.squares();
    double[] distances = new double[n * (n - 1) / 2];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        distances[at++] = squares[i] + squares[j] - 2 * rows.dot(i, rows, j);
      }
    }
    Arrays.sort(distances);
    return (distances[(at - 1) / 2] + distances[at / 2]) / 2;
  }
}
