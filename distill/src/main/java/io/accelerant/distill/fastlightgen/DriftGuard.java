package io.accelerant.distill.fastlightgen;

/**
 * Watches the whole network while its pruned paths are trained: with a target that moves along,
 * nothing ties it to data, and a network whose skipped blocks do nothing has no loss at all.
 *
 * @param teacher held-out loss of the network that stage II began with
 * @param limit of the {@linkplain #drift drift}, such as .05
 */
record DriftGuard(double teacher, double limit) {
  /**
   * How much worse the whole network has become.
   *
   * @param loss its held-out loss on the same data and noise
   */
  double drift(double loss) {
    return loss / teacher - 1;
  }

  /** Whether training has to stop; a loss that is no number stops it too. */
  boolean isExceeded(double loss) {
    return !(drift(loss) <= limit);
  }
}
