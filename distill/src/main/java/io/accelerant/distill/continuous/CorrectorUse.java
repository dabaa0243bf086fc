package io.accelerant.distill.continuous;

import java.util.Locale;

/** Which updates are corrected by UniC. The last one never is: it would cost an evaluation. */
public enum CorrectorUse {
  NONE,
  /** Every update but the last. */
  ALL,
  /** Also not the first, the custom under guidance. */
  AFTER_FIRST,
  /** Those to t &lt;= 1/2: the half-corrector of DPM-Solver-v3, for large guidance. */
  HALF,
  /** Those to t &gt; 1/2, which is what the released code of DPM-Solver-v3 calls half. */
  FIRST_HALF;

  boolean corrects(int update, int steps) {
    return this != NONE && update < steps && (this == ALL || update > 1);
  }

  /**
   * @param t where the update ends
   */
  boolean corrects(int update, int steps, double t) {
    return switch (this) {
      case HALF -> update < steps && t <= 0.5;
      case FIRST_HALF -> update < steps && t > 0.5;
      default -> corrects(update, steps);
    };
  }

  /** Whether only DPM-Solver-v3 knows it. */
  boolean isHalf() {
    return this == HALF || this == FIRST_HALF;
  }

  /** {@code false}, {@code true}, {@code after-first}, {@code half} or {@code first-half}. */
  public String label() {
    return switch (this) {
      case NONE -> "false";
      case ALL -> "true";
      case AFTER_FIRST, HALF, FIRST_HALF -> name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  public static CorrectorUse ofLabel(String label) {
    for (CorrectorUse use : values()) {
      if (use.label().equals(label)) {
        return use;
      }
    }
    throw new IllegalArgumentException("no use of the corrector is called " + label);
  }
}
