package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;
import java.util.Map;

/**
 * Keeps a training that is expected to fail, such as a control that is to be too strong, from
 * ending a run: where its numbers cease to be numbers it stops, and what it last was counts.
 */
final class LastFinite implements Trainer.Watcher {
  /** A number is none. */
  static final class Diverged extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final Roles roles;
  private final String role;
  private final int every;
  private Flat average;
  private Flat raw;

  /**
   * @param role a trained one
   * @param every rounds between two that are remembered; the start is
   */
  LastFinite(Roles roles, String role, int every) {
    this.roles = roles;
    this.role = role;
    this.every = every;
    remember();
  }

  private void remember() {
    average = roles.averages(role);
    raw = roles.parameters(role);
  }

  /**
   * Runs a training to its end, or to where it fails while this watches it; what it last was is
   * remembered.
   *
   * @return whether it failed
   */
  boolean run(Runnable training) {
    try {
      training.run();
    } catch (Diverged e) {
      return true;
    }
    remember();
    return false;
  }

  /**
   * @throws Diverged if a number is not finite
   */
  @Override
  public void summed(int done, Sums sums, Map<String, Double> logged) {
    if (!logged.values().stream().allMatch(Double::isFinite)) {
      throw new Diverged();
    }
  }

  @Override
  public void after(int done) {
    if (done % every == 0) {
      remember();
    }
  }

  /** All parameters of the average, as they were. */
  Flat average() {
    return average;
  }

  /** All parameters, as they were. */
  Flat raw() {
    return raw;
  }
}
