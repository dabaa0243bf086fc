package io.accelerant.selection.lead;

import java.io.Serializable;

/**
 * What a round is expected to change the loss of a row by, with the terms it comes from. Zero where
 * a term has no gradient.
 *
 * @param deltaCluster {@code |g_k|^2}, of the first round of the cluster that is drawn
 * @param deltaPrevious {@code |g_prev|^2}, of the round before
 * @param dot {@code <g_k, g_prev>}
 * @param mix beta: the share of {@code g_k} in the mixed gradient
 * @param value dL, nats a token
 */
record LossChange(double deltaCluster, double deltaPrevious, double dot, double mix, double value)
    implements Serializable {
  /** Of the first round of all: there is nothing to expect it from. */
  static final LossChange NONE = new LossChange(0, 0, 0, 0, 0);

  /** Where it comes from. */
  enum Kind {
    /** A plain step along the shortest mix of two remembered gradients. */
    MIN_NORM("minNorm"),
    /** The round's gradient times what the parameters did move by. */
    ACTUAL_STEP("actualStep"),
    /** No change is expected. */
    NONE("none");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    static Kind ofLabel(String label) {
      for (Kind kind : values()) {
        if (kind.label.equals(label)) {
          return kind;
        }
      }
      throw new IllegalArgumentException(label);
    }
  }

  /**
   * Of a cluster that has a remembered gradient: {@code dL = -rate * |beta g_k + (1 - beta)
   * g_prev|^2}, beta being the minimiser in 0 .. 1. Lies in {@code -rate * min(deltaCluster,
   * deltaPrevious) .. 0}.
   *
   * @param rate learning rate eta
   */
  static LossChange minNorm(double deltaCluster, double deltaPrevious, double dot, double rate) {
    double mix = mix(deltaCluster, deltaPrevious, dot);
    double rest = 1 - mix;
    double norm = mix * mix * deltaCluster + rest * rest * deltaPrevious + 2 * mix * rest * dot;
    double value = 0 - rate * Math.max(0, norm); // opposite gradients round to below 0
    return new LossChange(deltaCluster, deltaPrevious, dot, mix, value);
  }

  /** Of a cluster that was never trained: a plain step along the gradient of the round before. */
  static LossChange ofPrevious(double deltaPrevious, double rate) {
    return new LossChange(0, deltaPrevious, 0, 0, 0 - rate * deltaPrevious);
  }

  /**
   * Where the line through two vectors comes nearest to 0, clipped to the segment between them: the
   * share of the first; 0 for equal ones.
   *
   * @param first squared norm
   * @param second squared norm
   */
  static double mix(double first, double second, double dot) {
    double distance = first + second - 2 * dot;
    return distance > 0 ? Math.min(1, Math.max(0, (second - dot) / distance)) : 0;
  }

  /** The same terms, with another value. */
  LossChange withValue(double other) {
    return new LossChange(deltaCluster, deltaPrevious, dot, mix, other);
  }
}
