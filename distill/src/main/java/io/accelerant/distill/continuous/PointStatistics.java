package io.accelerant.distill.continuous;

import java.io.Serializable;

/**
 * Means over samples at one grid point, all [d]: l, and what s and b follow from once l' is known
 * from the neighbours. With f = (sigma eps - l x)/alpha, its derivative is rest - l' x/alpha.
 *
 * @param variance of f
 * @param rest mean of the rest
 * @param withRest covariance of f and the rest
 * @param x mean of x/alpha
 * @param withX covariance of f and x/alpha
 */
public record PointStatistics(
    double[] l,
    double[] f,
    double[] variance,
    double[] rest,
    double[] withRest,
    double[] x,
    double[] withX)
    implements Serializable {
  /**
   * @param sums [SUMS][d] of {@link StatisticsProbe}
   * @param nothing share of the second moments of what f is the difference of: a variance below is
   *     taken for none, see {@link StatisticsProbe#nothing}
   */
  public static PointStatistics of(double[][] sums, long rows, double nothing) {
    int size = sums[0].length;
    PointStatistics p =
        new PointStatistics(
            new double[size],
            new double[size],
            new double[size],
            new double[size],
            new double[size],
            new double[size],
            new double[size]);
    double[] mean = new double[StatisticsProbe.SUMS];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] = sums[k][i] / rows;
      }
      double l = mean[0];
      double a = mean[1];
      double b = mean[2];
      double c = mean[3];
      double aa = mean[4] - a * a;
      double ab = mean[5] - a * b;
      double bb = mean[6] - b * b;
      double variance = aa - 2 * l * ab + l * l * bb;
      p.l[i] = l;
      p.f[i] = a - l * b;
      p.variance[i] = variance > nothing * (mean[4] + l * l * mean[6]) ? variance : 0;
      p.rest[i] = l * a + c;
      p.withRest[i] = l * (aa - l * ab) + (mean[7] - a * c) - l * (mean[8] - b * c);
      p.x[i] = b;
      p.withX[i] = ab - l * bb;
    }
    return p;
  }

  /**
   * Least squares of f' on f at every grid point: s = cov(f, f')/var(f), b = E f' - s E f; s = 0
   * where f does not vary. l' is the difference of fourth order over the grid.
   *
   * @param points at least five, in the order of the grid
   */
  public static ModelStatistics fit(ModelStatistics.Subject subject, PointStatistics[] points) {
    double[][] l = new double[points.length][];
    for (int k = 0; k < points.length; k++) {
      l[k] = points[k].l;
    }
    int size = l[0].length;
    double[][] s = new double[points.length][size];
    double[][] b = new double[points.length][size];
    double spacing = ModelStatistics.spacing(subject, points.length);
    for (int k = 0; k < points.length; k++) {
      PointStatistics p = points[k];
      for (int i = 0; i < size; i++) {
        double slope = slope(l, k, i) / spacing;
        s[k][i] = p.variance[i] > 0 ? (p.withRest[i] - slope * p.withX[i]) / p.variance[i] : 0;
        b[k][i] = p.rest[i] - slope * p.x[i] - s[k][i] * p.f[i];
      }
    }
    return new ModelStatistics(subject, l, s, b);
  }

  /** Times the spacing. */
  private static double slope(double[][] l, int k, int i) {
    int last = l.length - 1;
    if (k < 2 || k > last - 2) {
      int sign = k < 2 ? 1 : -1;
      int end = k < 2 ? 0 : last;
      double[] w =
          k == end
              ? new double[] {-25 / 12.0, 4, -3, 4 / 3.0, -1 / 4.0}
              : new double[] {-1 / 4.0, -5 / 6.0, 3 / 2.0, -1 / 2.0, 1 / 12.0};
      double sum = 0;
      for (int m = 0; m < w.length; m++) {
        sum += w[m] * l[end + sign * m][i];
      }
      return sign * sum;
    }
    return (8 * (l[k + 1][i] - l[k - 1][i]) - (l[k + 2][i] - l[k - 2][i])) / 12;
  }
}
