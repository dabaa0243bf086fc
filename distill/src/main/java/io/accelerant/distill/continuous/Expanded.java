package io.accelerant.distill.continuous;

import java.util.Locale;

/** Which function of the model's prediction a step expands, and so its exact form of the ODE. */
public enum Expanded {
  /** The noise eps. */
  NOISE,
  /** The data m. */
  DATA;

  Form form() {
    return this == NOISE ? Form.NOISE : Form.DATA;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Expanded ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
