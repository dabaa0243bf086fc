package io.accelerant.distill.continuous;

import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One update s to t of DPM-Solver-v3 (Zheng et al. 2023): with f = (sigma eps - l x)/alpha and g_i
 * = e^(S_s - S_i) f_i - e^(S_s) (B_i - B_s), B = int e^-S b, it is
 *
 * <pre>
 * x_t = alpha_t e^-(L_t - L_s) (x_s/alpha_s - E_0 g_s - C - sum_k E_k d_k),
 * E_k = int_s^t e^((L+S)(u) - (L+S)_s) (u - lambda_s)^k/k! du,
 * C   = int_s^t e^((L+S)(u) - (L+S)_s) e^(S_s) (B(u) - B_s) du,
 * </pre>
 *
 * where d_k is the k-th derivative of g at s. It is linear in x_s and in what was stored, with
 * factors that depend on the dimension alone: they are computed once for all rows.
 */
public final class V3Step implements StepUpdate {
  private static final long serialVersionUID = 1;

  private final int size;
  private final double[] keep;
  private final double[] constant;
  private final double[][] ofX;
  private final double[][] ofNoise;

  /**
   * @param nodes where the model was evaluated: s, then the others, the nearest first
   * @param pseudo whether d_k is taken from k + 1 nodes alone
   * @throws IllegalArgumentException if a time is not on the grid or not where it should be
   */
  V3Step(ModelStatistics statistics, List<Node> nodes, Node t, boolean pseudo) {
    size = statistics.size();
    int count = nodes.size();
    if (count < 1 || count > GridIntegrals.MOMENTS) {
      throw new IllegalArgumentException(
          Text.of("%d stored outputs; an update takes 1 to %d", count, GridIntegrals.MOMENTS));
    }
    int[] at = nodes.stream().mapToInt(node -> statistics.index(node.lambda())).toArray();
    int end = statistics.index(t.lambda());
    if (end <= at[0]) {
      throw new IllegalArgumentException("an update must go towards less noise");
    }
    double[][] derivatives = derivatives(statistics, at, pseudo);
    keep = new double[size];
    constant = new double[size];
    ofX = new double[count][size];
    ofNoise = new double[count][size];
    Span span = new Span(statistics);
    for (int i = 0; i < size; i++) {
      span.from(at[0], end, i);
      double factor = t.alpha() * StrictMath.exp(-span.growth);
      keep[i] = factor / nodes.get(0).alpha();
      constant[i] = -factor * span.drag;
      double own = span.moments[0];
      double[] ofG = new double[count];
      for (int j = 1; j < count; j++) {
        for (int k = 1; k < count; k++) {
          ofG[j] += span.moments[k] * derivatives[k][j];
        }
        own -= ofG[j];
      }
      ofG[0] = own;
      for (int j = 0; j < count; j++) {
        Node node = nodes.get(j);
        double[] g = shift(span, at[j], at[0], i); // g = g[0] f + g[1]
        double ofF = -factor * ofG[j] * g[0] / node.alpha();
        constant[i] -= factor * ofG[j] * g[1];
        ofNoise[j][i] = ofF * node.sigma();
        ofX[j][i] = -ofF * statistics.l(at[j])[i];
      }
    }
  }

  private V3Step(double[] keep, double[] constant, double[][] ofX, double[][] ofNoise) {
    this.size = keep.length;
    this.keep = keep;
    this.constant = constant;
    this.ofX = ofX;
    this.ofNoise = ofNoise;
  }

  /** Its factors: {@code keep}, {@code constant} [d], {@code ofX}, {@code ofNoise} [nodes][d]. */
  Map<String, Object> coefficients() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("keep", keep);
    json.put("constant", constant);
    json.put("ofX", ofX);
    json.put("ofNoise", ofNoise);
    return json;
  }

  /** Reads {@link #coefficients} of a step from so many nodes. */
  static V3Step of(JsonReader json, int nodes) {
    double[] keep = json.numbers("keep");
    double[] constant = json.numbers("constant");
    double[][] ofX = rows(json, "ofX", nodes, keep.length);
    if (constant.length != keep.length) {
      throw json.wrong("constant", Text.of("must have %d numbers", keep.length));
    }
    return new V3Step(keep, constant, ofX, rows(json, "ofNoise", nodes, keep.length));
  }

  private static double[][] rows(JsonReader json, String name, int count, int size) {
    List<?> list = json.typed(name, List.class, "a list of rows");
    double[][] rows = new double[list.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = list.get(i) instanceof List<?> row ? json.numbers(name, row) : new double[0];
    }
    if (rows.length != count || Arrays.stream(rows).anyMatch(row -> row.length != size)) {
      throw json.wrong(name, Text.of("must have %d rows of %d numbers", count, size));
    }
    return rows;
  }

  /** How g at s follows from f at another grid point. */
  private static double[] shift(Span span, int point, int s, int i) {
    if (point == s) {
      return new double[] {1, 0};
    }
    span.from(Math.min(point, s), Math.max(point, s), i);
    double scale = StrictMath.exp(point < s ? span.slope : -span.slope);
    return new double[] {scale, point < s ? scale * span.offset : -span.offset};
  }

  /**
   * Weights [k][j] by which d_k = sum_j w_kj (g_j - g_0), from Newton's divided differences: all of
   * them, or, with pseudo-order, the k-th alone.
   */
  private static double[][] derivatives(ModelStatistics statistics, int[] at, boolean pseudo) {
    int count = at.length;
    double[] delta =
        Arrays.stream(at).mapToDouble(k -> (k - at[0]) * statistics.spacing()).toArray();
    double[][] weights = new double[count][count];
    double[] basis = new double[count + 1]; // prod_{j<n} (v - delta_j), powers ascending
    basis[0] = 1;
    for (int n = 1; n < count; n++) {
      for (int power = n; power >= 0; power--) {
        basis[power] = (power == 0 ? 0 : basis[power - 1]) - delta[n - 1] * basis[power];
      }
      double factorial = 1;
      for (int k = 1; k <= n; k++) {
        factorial *= k;
        for (int j = 1; j <= n && (k == n || !pseudo); j++) {
          weights[k][j] += factorial * basis[k] * divided(delta, n, j);
        }
      }
    }
    return weights;
  }

  /** Weight of node j in the divided difference over nodes 0 .. n. */
  private static double divided(double[] delta, int n, int j) {
    double product = 1;
    for (int other = 0; other <= n; other++) {
      product *= other == j ? 1 : delta[j] - delta[other];
    }
    return 1 / product;
  }

  /**
   * x at t.
   *
   * @param x [batch][d] at s; not changed
   * @param evaluated at the nodes of the step, in their order
   */
  @Override
  public double[] x(double[] x, List<Evaluated> evaluated) {
    double[] y = new double[x.length];
    for (int n = 0; n < y.length; n++) {
      y[n] = keep[n % size] * x[n] + constant[n % size];
    }
    for (int j = 0; j < ofX.length; j++) {
      double[] at = evaluated.get(j).x();
      double[] noise = evaluated.get(j).noise();
      for (int n = 0; n < y.length; n++) {
        y[n] += ofX[j][n % size] * at[n] + ofNoise[j][n % size] * noise[n];
      }
    }
    return y;
  }

  /** Integrals from one grid point to a later one, of one dimension. */
  private static final class Span {
    private final GridIntegrals cells;
    private final double spacing;
    private final double[] moments = new double[GridIntegrals.MOMENTS];
    private double growth;
    private double slope;
    private double offset;
    private double drag;

    Span(ModelStatistics statistics) {
      cells = statistics.integrals();
      spacing = statistics.spacing();
    }

    void from(int begin, int end, int i) {
      Arrays.fill(moments, 0);
      growth = 0;
      slope = 0;
      offset = 0;
      drag = 0;
      for (int cell = begin; cell < end; cell++) {
        double rising = StrictMath.exp(growth + slope);
        double falling = StrictMath.exp(-slope);
        double power = rising; // (u - lambda_s)^k/k! = sum_j v^j/j! delta^(k-j)/(k-j)!
        for (int apart = 0; apart < moments.length; apart++) {
          for (int j = 0; j + apart < moments.length; j++) {
            moments[j + apart] += power * cells.moment(j, cell, i);
          }
          power *= (cell - begin) * spacing / (apart + 1);
        }
        drag += rising * (offset * cells.moment(0, cell, i) + falling * cells.drag(cell, i));
        offset += falling * cells.offset(cell, i);
        growth += cells.growth(cell, i);
        slope += cells.slope(cell, i);
      }
    }
  }
}
