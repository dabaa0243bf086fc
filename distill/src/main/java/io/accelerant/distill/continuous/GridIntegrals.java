package io.accelerant.distill.continuous;

/**
 * Integrals of statistics over each cell of their grid, one set a dimension. Between grid points l,
 * s and b are the cubics through the four nearest ones; the integrals are Gauss-Legendre
 * collocation with three points. DPM-Solver-v3 takes trapezoids: those leave an error of the grid's
 * square in the update, which no number of steps takes away.
 *
 * <p>With k the start of a cell and v the distance from it: {@link #moment} j is int e^((L+S)(v) -
 * (L+S)_k) v^j/j! dv, {@link #offset} is int e^-(S(v) - S_k) b dv up to the end, and {@link #drag}
 * int e^((L+S)(v) - (L+S)_k) (int_k^v e^-(S - S_k) b) dv.
 */
final class GridIntegrals {
  /** Moments 0 .. 3: predictors of order 4, correctors of order 3 with their extra node. */
  static final int MOMENTS = 4;

  private static final double ROOT = StrictMath.sqrt(15);
  private static final double[] POINT = {0.5 - ROOT / 10, 0.5, 0.5 + ROOT / 10};
  private static final double[] WEIGHT = {5 / 18.0, 4 / 9.0, 5 / 18.0};

  /** Weights of the integrals from the start of a cell to each point. */
  private static final double[][] UP_TO = {
    {5 / 36.0, 2 / 9.0 - ROOT / 15, 5 / 36.0 - ROOT / 30},
    {5 / 36.0 + ROOT / 24, 2 / 9.0, 5 / 36.0 - ROOT / 24},
    {5 / 36.0 + ROOT / 30, 2 / 9.0 + ROOT / 15, 5 / 36.0}
  };

  private static final int NEAREST = 4;

  private final int size;
  private final double[] growth;
  private final double[] slope;
  private final double[][] moments;
  private final double[] offset;
  private final double[] drag;

  /**
   * @param h distance of grid points
   * @param l [points][d], as s and b
   */
  GridIntegrals(double h, double[][] l, double[][] s, double[][] b) {
    size = l[0].length;
    int cells = l.length - 1;
    growth = new double[cells * size];
    slope = new double[cells * size];
    moments = new double[MOMENTS][cells * size];
    offset = new double[cells * size];
    drag = new double[cells * size];
    for (int k = 0; k < cells; k++) {
      double[][] weights = interpolation(k, l.length);
      int from = first(k, l.length);
      for (int i = 0; i < size; i++) {
        cell(
            k * size + i,
            h,
            at(l, from, i, weights),
            at(s, from, i, weights),
            at(b, from, i, weights));
      }
    }
  }

  private static int first(int cell, int points) {
    return Math.max(0, Math.min(cell - 1, points - NEAREST));
  }

  /** [points of the cell][grid points from {@link #first} on]: Lagrange. */
  private static double[][] interpolation(int cell, int points) {
    int count = Math.min(NEAREST, points);
    double[][] weights = new double[POINT.length][count];
    for (int q = 0; q < POINT.length; q++) {
      double place = cell - first(cell, points) + POINT[q];
      for (int m = 0; m < count; m++) {
        double weight = 1;
        for (int other = 0; other < count; other++) {
          weight *= other == m ? 1 : (place - other) / (m - other);
        }
        weights[q][m] = weight;
      }
    }
    return weights;
  }

  private static double[] at(double[][] values, int from, int i, double[][] weights) {
    double[] found = new double[POINT.length];
    for (int q = 0; q < found.length; q++) {
      for (int m = 0; m < weights[q].length; m++) {
        found[q] += weights[q][m] * values[from + m][i];
      }
    }
    return found;
  }

  private void cell(int at, double h, double[] l, double[] s, double[] b) {
    double[] falling = new double[POINT.length]; // e^-(S - S_k) b
    double[] rising = new double[POINT.length]; // e^(L + S - (L + S)_k)
    for (int q = 0; q < POINT.length; q++) {
      double upS = h * dot(UP_TO[q], s);
      falling[q] = StrictMath.exp(-upS) * b[q];
      rising[q] = StrictMath.exp(h * dot(UP_TO[q], l) + upS);
    }
    growth[at] = h * dot(WEIGHT, l);
    slope[at] = h * dot(WEIGHT, s);
    offset[at] = h * dot(WEIGHT, falling);
    for (int q = 0; q < POINT.length; q++) {
      double term = h * WEIGHT[q] * rising[q];
      drag[at] += term * h * dot(UP_TO[q], falling);
      for (int j = 0; j < MOMENTS; j++) {
        moments[j][at] += term;
        term *= h * POINT[q] / (j + 1);
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  }

  /** int l over a cell. */
  double growth(int cell, int i) {
    return growth[cell * size + i];
  }

  /** int s over a cell. */
  double slope(int cell, int i) {
    return slope[cell * size + i];
  }

  double moment(int j, int cell, int i) {
    return moments[j][cell * size + i];
  }

  double offset(int cell, int i) {
    return offset[cell * size + i];
  }

  double drag(int cell, int i) {
    return drag[cell * size + i];
  }
}
