package io.accelerant.distill.continuous;

import java.util.Locale;

/** Which function of the model's prediction a step expands, and so its exact form of the ODE. */
public enum Expanded {
  /** The noise eps. */
  NOISE,
  /** The data m. */
  DATA,
  /** g of DPM-Solver-v3, which needs statistics of the model; without relaxation. */
  V3;

  /** How many terms an expansion may have; a corrector has one more. */
  public int highestOrder() {
    return this == V3 ? GridIntegrals.MOMENTS - 1 : StepSchedule.HIGHEST_ORDER;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Expanded ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
