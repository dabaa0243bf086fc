package io.accelerant.distill.continuous;

import java.util.Locale;

/** Which updates of DPM-Solver-v3 take the k-th derivative from k + 1 outputs alone. */
public enum PseudoOrder {
  NONE,
  CORRECTOR,
  BOTH;

  boolean ofPredictor() {
    return this == BOTH;
  }

  boolean ofCorrector() {
    return this != NONE;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static String[] labels() {
    return new String[] {NONE.label(), CORRECTOR.label(), BOTH.label()};
  }

  public static PseudoOrder ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
