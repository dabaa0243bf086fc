package io.accelerant.distill.continuous;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;

/**
 * What the statistics of DPM-Solver-v3 are made from, measured at one time: sums over samples of
 * products of
 *
 * <pre>
 * A = sigma eps/alpha,  B = x/alpha,  C = e^-lambda (eps' - eps),
 * </pre>
 *
 * where eps' is the derivative of eps in lambda along the ODE. With them f = A - l B and its own
 * derivative f' = l A + C - l' B, whatever l and l' turn out to be.
 *
 * <p>Derivatives are central differences: of eps along a vector of random signs v for the diagonal
 * of its Jacobian (Hutchinson: (J v) * v), and of eps along (dx/dlambda, 1). Five evaluations.
 *
 * @param step of the differences, in units of sigma and of lambda
 */
public record StatisticsProbe(Schedule schedule, double step) implements Serializable {
  /** Sums in the order of {@link #SUMS}: sigma (J v) v, A, B, C, AA, AB, BB, AC, BC. */
  public static final int SUMS = 9;

  /** Rounding units by which a network's predictions are off. */
  private static final double ERRORS = 10;

  private static final double LEAST = 1e-12;
  private static final double OF_NETWORKS = 0.1;

  /**
   * The usual step. In float64 the cube root of the rounding unit, where both errors are equal. Of
   * networks {@value #OF_NETWORKS}: where there is little data in x, its rounding is multiplied by
   * 1/alpha, while predictions are nearly linear over much of sigma.
   */
  public static double usualStep(ContinuousSource model) {
    double unit = model.roundingUnit();
    return unit == ContinuousSource.DOUBLE ? StrictMath.cbrt(unit) : OF_NETWORKS;
  }

  /**
   * The share of the second moments below which a variance of f is nothing that differences of
   * rounded numbers can tell.
   *
   * @param unit of the rounding
   */
  public double nothing(double unit) {
    double relative = ERRORS * unit / step;
    return Math.max(LEAST, relative * relative);
  }

  /** Random signs [rows * size] by row id. */
  public static double[] signs(long seed, String purpose, long firstId, int rows, int size) {
    double[] signs = new double[rows * size];
    long stream = RandomStream.purpose(purpose);
    for (int row = 0; row < rows; row++) {
      RandomStream random = new RandomStream(seed, stream, firstId + row, 0);
      for (int i = 0; i < size; i++) {
        signs[row * size + i] = random.nextInt() < 0 ? -1 : 1;
      }
    }
    return signs;
  }

  /**
   * Adds the rows of a batch.
   *
   * @param sums [SUMS][d]
   * @param x [batch][d], data noised to this time
   * @param signs [batch][d]
   */
  public void add(double[][] sums, double[] x, double[] signs, double t, Denoiser model) {
    Node node = schedule.node(t);
    double lambda = node.lambda();
    double[] eps = model.output(x, node, Form.NOISE, 1);
    double[] up = model.output(plus(x, step * node.sigma(), signs), node, Form.NOISE, 1);
    double[] down = model.output(plus(x, -step * node.sigma(), signs), node, Form.NOISE, 1);
    double[] slope = new double[x.length];
    double drift = schedule.drift(node);
    for (int n = 0; n < x.length; n++) {
      slope[n] = drift * x[n] - node.sigma() * eps[n];
    }
    double[] later = model.output(plus(x, step, slope), at(lambda + step), Form.NOISE, 1);
    double[] before = model.output(plus(x, -step, slope), at(lambda - step), Form.NOISE, 1);
    int size = sums[0].length;
    double ratio = node.sigma() / node.alpha();
    for (int n = 0; n < x.length; n++) {
      double a = ratio * eps[n];
      double b = x[n] / node.alpha();
      double c = ratio * ((later[n] - before[n]) / (2 * step) - eps[n]);
      int i = n % size;
      sums[0][i] += signs[n] * (up[n] - down[n]) / (2 * step);
      sums[1][i] += a;
      sums[2][i] += b;
      sums[3][i] += c;
      sums[4][i] += a * a;
      sums[5][i] += a * b;
      sums[6][i] += b * b;
      sums[7][i] += a * c;
      sums[8][i] += b * c;
    }
  }

  private Node at(double lambda) {
    return schedule.node(schedule.timeOfLambda(lambda));
  }

  private static double[] plus(double[] x, double step, double[] direction) {
    double[] y = new double[x.length];
    for (int n = 0; n < y.length; n++) {
      y[n] = x[n] + step * direction[n];
    }
    return y;
  }
}
