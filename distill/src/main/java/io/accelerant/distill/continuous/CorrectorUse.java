package io.accelerant.distill.continuous;

import java.util.Locale;

/** Which updates are corrected by UniC. The last one never is: it would cost an evaluation. */
public enum CorrectorUse {
  NONE,
  /** Every update but the last. */
  ALL,
  /** Also not the first, the custom under guidance. */
  AFTER_FIRST;

  boolean corrects(int update, int steps) {
    return this != NONE && update < steps && (this == ALL || update > 1);
  }

  /** {@code false}, {@code true} or {@code after-first}. */
  public String label() {
    return switch (this) {
      case NONE -> "false";
      case ALL -> "true";
      case AFTER_FIRST -> name().toLowerCase(Locale.ROOT).replace('_', '-');
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
