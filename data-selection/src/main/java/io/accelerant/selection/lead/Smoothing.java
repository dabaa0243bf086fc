package io.accelerant.selection.lead;

/** Instance-level dynamic uncertainty: the utility of a row that was trained on. */
final class Smoothing {
  private Smoothing() {}

  /**
   * {@code IDU_t = (1 - b) (L + dL) + b IDU_{t-1}}.
   *
   * @param history b
   * @param loss L, in training: by the parameters before the update
   * @param lossChange dL, what the update is expected to change it by
   */
  static double idu(double history, double loss, double lossChange, double before) {
    return (1 - history) * (loss + lossChange) + history * before;
  }
}
