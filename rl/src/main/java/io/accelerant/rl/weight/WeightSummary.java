package io.accelerant.rl.weight;

import io.accelerant.core.text.Text;
import java.util.Optional;

/**
 * A weighted data set in numbers.
 *
 * @param psv positive-sided variance of the returns
 * @param psvNormalised the same of returns between 0 and 1, to compare data sets
 * @param effectiveSampleSize transitions
 * @param weightedReturn J = sum P(i) G_i: the value of the behaviour that the weighted data shows,
 *     exact in a deterministic environment
 * @param uniformReturn J of the data as it is
 */
public record WeightSummary(
    long episodes,
    long transitions,
    double minReturn,
    double maxReturn,
    double psv,
    double psvNormalised,
    double effectiveSampleSize,
    double weightedReturn,
    double uniformReturn) {
  /** The warning where min-max has nothing to go by. */
  public static final String ALL_EQUAL =
      "All scores are equal: every transition gets the same probability.";

  /** The warning where AW becomes RW, since V(s_0) cannot be fitted or would say nothing. */
  public static Optional<String> noBaseline(long episodes, int dimension) {
    if (!Baseline.isDetermined(episodes, dimension)) {
      return Optional.of(
          Text.of(
              "aw needs more than %d episodes for observations of %d numbers, there are %d: rw is"
                  + " used.",
              2L * (dimension + 1), dimension, episodes));
    }
    return dimension > Baseline.WIDEST
        ? Optional.of(
            Text.of(
                "aw fits its baseline to observations of at most %d numbers, these have %d: rw is"
                    + " used.",
                Baseline.WIDEST, dimension))
        : Optional.empty();
  }

  /** The error where Top-x% is empty. */
  public static String noneKept(long episodes, double share) {
    return Text.of(
        "top = %s keeps none of %d episodes; it must be at least %s.",
        share, episodes, 1.0 / episodes);
  }

  /**
   * Whether scores differ by no more than rounding of the returns, as when V(s_0) explains them
   * all: such differences say nothing.
   *
   * @param largestReturn size of what was rounded; of scores that are the returns themselves, which
   *     are exact, the larger of both bounds
   */
  public static boolean isRounding(double low, double high, double largestReturn) {
    return high - low <= 1e-12 * largestReturn;
  }

  static boolean isRounding(double low, double high, double[] returns) {
    double largest = 0;
    for (double value : returns) {
      largest = Math.max(largest, Math.abs(value));
    }
    return isRounding(low, high, largest);
  }
}
