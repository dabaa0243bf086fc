package io.accelerant.selection.subset;

import java.util.Arrays;

/** What the rounds have to do with each other. */
public enum SubsetMode {
  /**
   * Blocks of one permutation; a new permutation when they are used up. The paper's main variant.
   */
  WITHOUT_REPLACEMENT("without-replacement"),
  /** Every round draws anew; within a round no record comes twice. */
  WITH_REPLACEMENT("with-replacement"),
  /** One subset for all rounds: the baseline that RS2 has to beat. */
  STATIC("static");

  private final String label;

  SubsetMode(String label) {
    this.label = label;
  }

  /** Name in configurations. */
  public String label() {
    return label;
  }

  /**
   * @throws IllegalArgumentException if there is none of that label
   */
  public static SubsetMode ofLabel(String label) {
    return Arrays.stream(values())
        .filter(mode -> mode.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no mode is called " + label));
  }
}
