package io.accelerant.distill.continuous;

import java.util.Locale;

/** Whether the last updates use a lower order, min(order, N + 1 - i) at update i. */
public enum FinalOrder {
  /** UniPC's rule: always lower. */
  ALWAYS,
  /** DPM-Solver's rule: lower where N &lt; 10. */
  BELOW_10,
  NEVER;

  /** Order of update i = 1 .. N: the history's length on the way up, the rule at the end. */
  int order(int largest, int update, int steps) {
    int order = Math.min(largest, update);
    boolean lower = this == ALWAYS || (this == BELOW_10 && steps < 10);
    return lower ? Math.min(order, steps + 1 - update) : order;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static FinalOrder ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
