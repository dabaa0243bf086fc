package io.accelerant.distill.continuous;

import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * p_0 = sum_k w_k N(mu_k, s_k^2 I) in R^d, whose noise prediction is known exactly at every time.
 * Conditional on a class it is the mixture of that class' components.
 */
public final class GaussianMixture implements ContinuousSource {
  private static final long serialVersionUID = 1;

  private final double[] weights;
  private final double[][] means;
  private final double[] deviations;
  private final int[] classOf;

  /**
   * @param weights [K], positive; only their ratios matter
   * @param means [K][d]
   * @param deviations [K], positive
   * @param classOf [K], classes 0, 1, ..; empty for a mixture without classes
   */
  public GaussianMixture(double[] weights, double[][] means, double[] deviations, int[] classOf) {
    this.weights = weights.clone();
    this.means = Arrays.stream(means).map(double[]::clone).toArray(double[][]::new);
    this.deviations = deviations.clone();
    this.classOf = classOf.clone();
  }

  /** Reads the JSON form of a mixture; {@code where} names it in errors. */
  public static GaussianMixture fromJson(Map<String, Object> json, String where) {
    return new MixtureReader(json, where).read();
  }

  /** The form that {@link #fromJson} reads. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", MixtureReader.KIND);
    json.put("weights", weights);
    json.put("means", means);
    json.put("deviations", deviations);
    if (classOf.length > 0) {
      json.put("classes", classOf);
    }
    return json;
  }

  @Override
  public int size() {
    return means[0].length;
  }

  @Override
  public int classes() {
    return Arrays.stream(classOf).max().orElse(-1) + 1;
  }

  @Override
  public String modelHash() {
    return CanonicalJson.sha256Of(toJson());
  }

  @Override
  public double roundingUnit() {
    return DOUBLE;
  }

  @Override
  public ContinuousModel open() {
    return new Exact();
  }

  /**
   * Exact draws from p_0, each a function of (seed, purpose, id) alone.
   *
   * @param labels classes by id modulo their number; empty for the whole mixture
   * @return [rows][d], flat
   */
  public double[] draw(long seed, String purpose, long firstId, int rows, List<Integer> labels) {
    double[] x = new double[rows * size()];
    for (int row = 0; row < rows; row++) {
      RandomStream random = new RandomStream(seed, RandomStream.purpose(purpose), firstId + row, 0);
      double[] allowed = weights.clone();
      for (int k = 0; k < allowed.length && !labels.isEmpty(); k++) {
        int label = labels.get((int) ((firstId + row) % labels.size()));
        allowed[k] = classOf[k] == label ? allowed[k] : 0;
      }
      int k = random.nextCategorical(allowed, 0, allowed.length);
      for (int i = 0; i < size(); i++) {
        x[row * size() + i] = means[k][i] + deviations[k] * random.nextGaussian();
      }
    }
    return x;
  }

  /** Not shared between threads: it keeps the responsibilities of the row at hand. */
  private final class Exact implements ContinuousModel {
    private final double[] share = new double[weights.length];

    @Override
    public int size() {
      return GaussianMixture.this.size();
    }

    @Override
    public void noise(double[] x, Node node, int[] labels, double[] noise) {
      for (int row = 0; row < labels.length; row++) {
        responsibilities(x, row * size(), node, labels[row]);
        score(x, row * size(), node, noise);
      }
    }

    /**
     * r_k = softmax_k(ln w_k - d/2 ln v_k - |x - alpha mu_k|^2 / (2 v_k)), v_k = alpha^2 s_k^2 +
     * sigma^2.
     */
    private void responsibilities(double[] x, int from, Node node, int label) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < share.length; k++) {
        double v = variance(k, node);
        share[k] =
            label == NO_LABEL || classOf[k] == label
                ? StrictMath.log(weights[k])
                    - 0.5 * size() * StrictMath.log(v)
                    - squaredDistance(x, from, node.alpha(), means[k]) / (2 * v)
                : Double.NEGATIVE_INFINITY;
        largest = Math.max(largest, share[k]);
      }
      double sum = 0;
      for (int k = 0; k < share.length; k++) {
        share[k] = StrictMath.exp(share[k] - largest);
        sum += share[k];
      }
      for (int k = 0; k < share.length; k++) {
        share[k] /= sum;
      }
    }

    /** eps = sigma sum_k r_k (x - alpha mu_k) / v_k. */
    private void score(double[] x, int from, Node node, double[] noise) {
      Arrays.fill(noise, from, from + size(), 0);
      for (int k = 0; k < share.length; k++) {
        double factor = node.sigma() * share[k] / variance(k, node);
        for (int i = 0; i < size(); i++) {
          noise[from + i] += factor * (x[from + i] - node.alpha() * means[k][i]);
        }
      }
    }

    private double variance(int k, Node node) {
      double spread = node.alpha() * deviations[k];
      return spread * spread + node.sigma() * node.sigma();
    }
  }

  private static double squaredDistance(double[] x, int from, double alpha, double[] mean) {
    double sum = 0;
    for (int i = 0; i < mean.length; i++) {
      double difference = x[from + i] - alpha * mean[i];
      sum += difference * difference;
    }
    return sum;
  }
}
