package io.accelerant.rl.weight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of a data set on one machine. Arrays are in the order of the episodes given.
 *
 * @param baseline V(s_0) {@code [n]}; 0 unless the weighting is by advantage
 * @param score between 0 and 1 {@code [n]}
 * @param q {@code exp((score - 1) / alpha)}, 1 where scores are equal, or whether the trajectory is
 *     kept {@code [n]}
 * @param mass P(i) = T_i q_i / Z {@code [n]}, sums to one
 * @param transitionProbability p of each transition of trajectory i: q_i / Z {@code [n]}
 * @param summary of the weighted data set
 * @param warnings what did not go as asked
 */
public record TrajectoryWeights(
    double[] baseline,
    double[] score,
    double[] q,
    double[] mass,
    double[] transitionProbability,
    WeightSummary summary,
    List<String> warnings) {

  /**
   * Weighs the episodes.
   *
   * @throws IllegalArgumentException if there are none, or none is kept
   */
  public static TrajectoryWeights of(List<Episode> episodes, WeightSettings settings) {
    int n = episodes.size();
    if (n == 0) {
      throw new IllegalArgumentException("there are no episodes");
    }
    List<String> warnings = new ArrayList<>();
    double[] returns = episodes.stream().mapToDouble(Episode::value).toArray();
    double[] baseline = new double[n];
    Weighting weighting = settings.weighting();
    int dimension = episodes.get(0).start().size();
    if (weighting == Weighting.AW) {
      WeightSummary.noBaseline(n, dimension).ifPresent(warnings::add);
      weighting = warnings.isEmpty() ? Weighting.AW : Weighting.RW;
    }
    if (weighting == Weighting.AW) {
      Baseline fitted = fit(episodes, returns);
      for (int i = 0; i < n; i++) {
        baseline[i] = fitted.at(episodes.get(i).startArray());
      }
    }
    double[] score = new double[n];
    double[] q = new double[n];
    if (weighting == Weighting.TOP) {
      top(episodes, settings.top(), q);
      System.arraycopy(q, 0, score, 0, n);
    } else {
      boolean uniform = weighting == Weighting.UNIFORM;
      if (!uniform && !score(returns, baseline, settings.clip(), weighting, score)) {
        warnings.add(WeightSummary.ALL_EQUAL);
        uniform = true; // softmax of equal scores, which may underflow
      }
      for (int i = 0; i < n; i++) {
        q[i] = uniform ? 1 : Formulas.softmaxWeight(score[i], settings.alpha());
      }
    }
    return normalised(episodes, returns, baseline, score, q, warnings);
  }

  private static Baseline fit(List<Episode> episodes, double[] returns) {
    int n = episodes.size();
    int d = episodes.get(0).start().size();
    double[] mean = new double[d];
    for (Episode episode : episodes) {
      for (int k = 0; k < d; k++) {
        mean[k] += episode.start().get(k) / n;
      }
    }
    double meanReturn = mean(returns);
    double[][] scatter = new double[d][d];
    double[] cross = new double[d];
    for (int e = 0; e < n; e++) {
      for (int i = 0; i < d; i++) {
        double centred = episodes.get(e).start().get(i) - mean[i];
        cross[i] += centred * (returns[e] - meanReturn);
        for (int j = 0; j < d; j++) {
          scatter[i][j] += centred * (episodes.get(e).start().get(j) - mean[j]);
        }
      }
    }
    return Baseline.fit(n, mean, meanReturn, scatter, cross);
  }

  /** Fills the scores; false when all are equal. */
  private static boolean score(
      double[] returns, double[] baseline, double clip, Weighting weighting, double[] score) {
    int n = score.length;
    double[] advantage = new double[n];
    for (int i = 0; i < n; i++) {
      advantage[i] = returns[i] - baseline[i];
    }
    double[] sorted = advantage.clone();
    java.util.Arrays.sort(sorted);
    double low = quantile(sorted, clip);
    double high = quantile(sorted, 1 - clip);
    boolean isRounding =
        weighting == Weighting.AW
            ? WeightSummary.isRounding(low, high, returns)
            : WeightSummary.isRounding(low, high, Math.max(Math.abs(low), Math.abs(high)));
    if (isRounding) {
      return false; // every score stays 0
    }
    for (int i = 0; i < n; i++) {
      score[i] = Formulas.minMax(Math.min(Math.max(advantage[i], low), high), low, high);
    }
    return true;
  }

  /** Linear between the order statistics. */
  static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  private static void top(List<Episode> episodes, double share, double[] q) {
    long kept = Formulas.kept(episodes.size(), share);
    if (kept == 0) {
      throw new IllegalArgumentException(WeightSummary.noneKept(episodes.size(), share));
    }
    IntStream.range(0, episodes.size())
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> -episodes.get(i).value())
                .thenComparingLong(i -> episodes.get(i).id()))
        .limit(kept)
        .forEach(i -> q[i] = 1);
  }

  private static TrajectoryWeights normalised(
      List<Episode> episodes,
      double[] returns,
      double[] baseline,
      double[] score,
      double[] q,
      List<String> warnings) {
    int n = q.length;
    double z = 0;
    double squares = 0;
    double weighted = 0;
    double transitions = 0;
    double uniform = 0;
    for (int i = 0; i < n; i++) {
      int length = episodes.get(i).length();
      z += length * q[i];
      squares += length * q[i] * q[i];
      weighted += length * q[i] * returns[i];
      transitions += length;
      uniform += length * returns[i];
    }
    double[] mass = new double[n];
    double[] probability = new double[n];
    for (int i = 0; i < n; i++) {
      mass[i] = episodes.get(i).length() * q[i] / z;
      probability[i] = q[i] / z;
    }
    double min = java.util.Arrays.stream(returns).min().orElseThrow();
    double max = java.util.Arrays.stream(returns).max().orElseThrow();
    double[] scaled =
        java.util.Arrays.stream(returns).map(g -> Formulas.minMax(g, min, max)).toArray();
    WeightSummary summary =
        new WeightSummary(
            n,
            (long) transitions,
            min,
            max,
            positiveSidedVariance(returns),
            positiveSidedVariance(scaled),
            Formulas.effectiveSampleSize(z, squares),
            weighted / z,
            uniform / transitions);
    return new TrajectoryWeights(
        baseline, score, q, mass, probability, summary, List.copyOf(warnings));
  }

  /**
   * {@code PSV(G) = (1/n) sum max(G - mean G, 0)^2}: how far the better trajectories lie above the
   * average, so what weighting has to gain.
   */
  public static double positiveSidedVariance(double[] returns) {
    double mean = mean(returns);
    double sum = 0;
    for (double value : returns) {
      sum += Formulas.positiveSquare(value, mean);
    }
    return sum / returns.length;
  }

  private static double mean(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return sum / numbers.length;
  }
}
