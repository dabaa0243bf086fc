package io.accelerant.core.lm;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;

/**
 * Exploratory annealed decoding ("Let it Calm", arXiv 2510.05251): hot where an answer begins, cold
 * where it ends, {@code tau_t = max(1 + highest - exp(t / decay), lowest)} after t tokens. What is
 * drawn so is no sample of the model; its weight is {@code prod_t p / q}.
 *
 * @param hold tokens at temperature 1 before that
 * @param highest the temperature at t = 0 without a hold
 * @param lowest above 0
 * @param decay tokens; larger: slower
 */
public record Annealing(int hold, double highest, double lowest, double decay)
    implements Temperature {
  private static final double PER_STEP = 5;
  private static final double LONGEST = 40_000;

  /** Of the published sampler, whose formula has neither. */
  private static final int HOLD = 10;

  private static final double STRETCH = 20;

  /**
   * @throws ConfigException if a number is outside its range
   */
  public Annealing {
    boolean finite = highest < Double.POSITIVE_INFINITY && decay < Double.POSITIVE_INFINITY;
    if (!(hold >= 0 && lowest > 0 && highest >= lowest && decay > 0 && finite)) {
      throw new ConfigException(
          Text.of(
              "annealing needs 0 < lowest <= highest, a scale above 0 and no negative hold, has"
                  + " lowest %s, highest %s, scale %s, hold %d",
              lowest, highest, decay, hold));
    }
  }

  /**
   * As the formula has it: {@code decay = d_s}.
   *
   * @param scale d_0, tokens
   * @param step of the training, s
   */
  public static Temperature formula(double highest, double lowest, double scale, long step) {
    return new Annealing(0, highest, lowest, decay(scale, step));
  }

  /** As the published code has it: {@code decay = 20 d_s}, after a hold of 10 tokens. */
  public static Temperature code(double highest, double lowest, double scale, long step) {
    return new Annealing(HOLD, highest, lowest, STRETCH * decay(scale, step));
  }

  /** {@code d_s = min(d_0 + 5 s, 40000)}. */
  private static double decay(double scale, long step) {
    return Math.min(scale + PER_STEP * step, LONGEST);
  }

  @Override
  public double at(int position) {
    return position < hold ? 1 : Math.max(highest - StrictMath.expm1(position / decay), lowest);
  }
}
