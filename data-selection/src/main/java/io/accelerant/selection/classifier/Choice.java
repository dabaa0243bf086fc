package io.accelerant.selection.classifier;

import io.accelerant.selection.subset.SubsetMode;
import java.util.Arrays;

/** A way to choose what each round trains on, and over which steps its learning rate falls. */
enum Choice {
  STATIC("static", SubsetMode.STATIC),
  WITH_REPLACEMENT("with-replacement", SubsetMode.WITH_REPLACEMENT),
  WITHOUT_REPLACEMENT("without-replacement", SubsetMode.WITHOUT_REPLACEMENT),
  /** Without replacement, under the schedule of training on everything: it stops half-way. */
  FULL_SCHEDULE("full-schedule", SubsetMode.WITHOUT_REPLACEMENT),
  /** Everything in every round, as ordinary training. */
  FULL("full", SubsetMode.WITHOUT_REPLACEMENT);

  private final String label;
  private final SubsetMode mode;

  Choice(String label, SubsetMode mode) {
    this.label = label;
    this.mode = mode;
  }

  /** Name in configurations and metrics. */
  String label() {
    return label;
  }

  SubsetMode mode() {
    return mode;
  }

  static Choice ofLabel(String label) {
    return Arrays.stream(values()).filter(c -> c.label.equals(label)).findFirst().orElseThrow();
  }

  static String[] labels() {
    return Arrays.stream(values()).map(Choice::label).toArray(String[]::new);
  }
}
