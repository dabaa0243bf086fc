package io.accelerant.distill.decode.compare;

import io.accelerant.core.random.RandomStream;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Evaluations of one model over those of another where both have as many right answers, with a 95%
 * interval by the bootstrap over prompts: both sides have the same prompts in each draw, and choose
 * their decoders anew.
 *
 * @param first by seed of training; their means are compared
 * @param second as {@code first}; seeds need not be as many
 * @param draws of the bootstrap
 * @param seed of the draws
 */
public record PairedFrontiers(List<Outcomes> first, List<Outcomes> second, int draws, long seed) {
  private static final long RESAMPLE = RandomStream.purpose("frontier.bootstrap");

  /**
   * A ratio of evaluations.
   *
   * @param value infinite if only the first never has so many right answers, 0 if only the second
   *     never has, NaN if neither does
   * @param low of the interval, as {@code value}; draws in which it is NaN are left out
   * @param high of the interval
   */
  public record Ratio(double value, double low, double high) {
    /** Whether value and interval are numbers, which is to say that both sides are good enough. */
    public boolean isReached() {
      return Double.isFinite(value) && value > 0 && Double.isFinite(high) && low > 0;
    }

    @Override
    public String toString() {
      return Double.isNaN(value)
          ? "reached by neither"
          : Text.of(
              "%s [%s, %s]", Table.number(value, 3), Table.number(low, 3), Table.number(high, 3));
    }
  }

  /**
   * @throws IllegalArgumentException if sides have other numbers of prompts, or there is no draw
   */
  public PairedFrontiers {
    first = List.copyOf(first);
    second = List.copyOf(second);
    int prompts = first.get(0).prompts();
    boolean paired =
        first.stream().allMatch(o -> o.prompts() == prompts)
            && second.stream().allMatch(o -> o.prompts() == prompts)
            && !second.isEmpty();
    if (!paired || draws < 1) {
      throw new IllegalArgumentException("frontiers are paired over the same prompts");
    }
  }

  /** Two single models. */
  public static PairedFrontiers of(Outcomes first, Outcomes second, int draws, long seed) {
    return new PairedFrontiers(List.of(first), List.of(second), draws, seed);
  }

  /** At each of some shares of right answers. */
  public List<Ratio> at(double... matches) {
    int prompts = first.get(0).prompts();
    int[] times = new int[prompts];
    Arrays.fill(times, 1);
    double[] values = ratios(times, matches);
    double[][] drawn = new double[draws][];
    for (int draw = 0; draw < draws; draw++) {
      RandomStream stream = new RandomStream(seed, RESAMPLE, draw, 0);
      Arrays.fill(times, 0);
      for (int i = 0; i < prompts; i++) {
        times[stream.nextInt(prompts)]++;
      }
      drawn[draw] = ratios(times, matches);
    }
    Ratio[] found = new Ratio[matches.length];
    for (int m = 0; m < matches.length; m++) {
      int at = m;
      found[m] = interval(values[m], Arrays.stream(drawn).mapToDouble(d -> d[at]).toArray());
    }
    return List.of(found);
  }

  private static Ratio interval(double value, double[] drawn) {
    double[] sorted = Arrays.stream(drawn).filter(d -> !Double.isNaN(d)).sorted().toArray();
    int n = sorted.length;
    return n == 0
        ? new Ratio(value, Double.NaN, Double.NaN)
        : new Ratio(value, sorted[(int) (0.025 * n)], sorted[Math.max(0, (int) (0.975 * n) - 1)]);
  }

  private double[] ratios(int[] times, double[] matches) {
    double[] above = evaluations(first, times, matches);
    double[] below = evaluations(second, times, matches);
    double[] ratios = new double[matches.length];
    Arrays.setAll(ratios, m -> above[m] / below[m]); // infinite where it is never reached
    return ratios;
  }

  /** Means over seeds; infinite where a seed never has so many right answers. */
  private static double[] evaluations(List<Outcomes> seeds, int[] times, double[] matches) {
    double[] sum = new double[matches.length];
    for (Outcomes seed : seeds) {
      Frontier frontier = seed.frontier(times);
      for (int m = 0; m < matches.length; m++) {
        OptionalDouble at = frontier.evaluationsAt(matches[m]);
        sum[m] += at.orElse(Double.POSITIVE_INFINITY) / seeds.size();
      }
    }
    return sum;
  }
}
