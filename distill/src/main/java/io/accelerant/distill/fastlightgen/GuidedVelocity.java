package io.accelerant.distill.fastlightgen;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;
import java.util.Locale;

/**
 * The velocity of the teacher that a generator follows, from three others: {@code v_u(c)} of the
 * whole network, {@code v_u(0)} the same without a class, {@code v_p(c)} of the network with blocks
 * skipped. The paper names two strengths, guidance by the class and by the whole over the pruned
 * network, which can be read in two ways: see {@link Mode}.
 *
 * @param guidance beta1; 1 is no guidance
 * @param contrast beta2 of {@link Mode}
 */
record GuidedVelocity(Mode mode, double guidance, double contrast) implements Serializable {
  private static final long DRAW = RandomStream.purpose("fastlightgen.guidance");

  /** What the second strength does. */
  enum Mode {
    /** Away from the weaker network; 0 is guidance by the class alone, negative goes towards it. */
    EXTRAPOLATE,
    /** A point between the networks, 0 the pruned and 1 the whole, which is then guided. */
    INTERPOLATE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The contrast with which the pruned network has no part. */
    double none() {
      return this == EXTRAPOLATE ? 0 : 1;
    }

    static Mode ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * One number of {@code v_R}:
   *
   * <pre>
   * extrapolate: v_u(0) + beta1 (v_u(c) - v_u(0)) + beta2 (v_u(c) - v_p(c))
   * interpolate: v_u(0) + beta1 (w - v_u(0)),   w = v_p(c) + beta2 (v_u(c) - v_p(c))
   * </pre>
   *
   * @param none v_u(0)
   * @param whole v_u(c)
   * @param pruned v_p(c)
   */
  double at(double none, double whole, double pruned) {
    return switch (mode) {
      case EXTRAPOLATE -> none + guidance * (whole - none) + contrast * (whole - pruned);
      case INTERPOLATE -> none + guidance * (pruned + contrast * (whole - pruned) - none);
    };
  }

  /** As {@link #at(double, double, double)}, of all numbers. */
  double[] at(double[] none, double[] whole, double[] pruned) {
    double[] guided = new double[none.length];
    for (int i = 0; i < guided.length; i++) {
      guided[i] = at(none[i], whole[i], pruned[i]);
    }
    return guided;
  }

  /** Whether {@code v_p(c)} has a part in it. */
  boolean readsPruned() {
    return contrast != mode.none();
  }

  /** The same guidance with another contrast. */
  GuidedVelocity withContrast(double other) {
    return new GuidedVelocity(mode, guidance, other);
  }

  /**
   * Strengths of one sample, whose means these are: {@code beta1 ~ U[b1 - spread, b1 + spread]}; if
   * there is a spread and the pruned network has a part, {@code beta2 ~ U[0, 2 b2]} as well.
   */
  GuidedVelocity drawn(double spread, long seed, long number, int update) {
    if (spread == 0) {
      return this;
    }
    RandomStream stream = new RandomStream(seed, DRAW, number, update);
    return new GuidedVelocity(
        mode,
        guidance + spread * (2 * stream.nextDouble() - 1),
        readsPruned() ? 2 * contrast * stream.nextDouble() : contrast);
  }
}
