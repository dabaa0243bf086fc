package io.accelerant.distill.search;

import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Expanded;
import io.accelerant.distill.continuous.Expansion;
import io.accelerant.distill.continuous.Relaxation;
import io.accelerant.distill.continuous.ScheduledStep;
import io.accelerant.distill.continuous.StepSchedule;

/**
 * The choices of one step.
 *
 * @param u where it ends: the share of the way from T to the end in log-SNR, in (0, 1]
 * @param order terms of the predictor, 1 to {@link StepSchedule#HIGHEST_ORDER}
 * @param pseudo whether derivative k is taken from k outputs, not from all
 * @param relaxation of the first derivative: of the predictor, or, where that has none, of the
 *     corrector
 */
record Gene(
    double u,
    Expanded expanded,
    int order,
    boolean pseudo,
    Relaxation relaxation,
    Correction correction) {

  /**
   * As this gene means at step i = 1 .. N: what it cannot have, or what makes no difference, goes.
   */
  Gene at(int step, boolean last) {
    int possible = Math.min(order, Math.min(step, expanded.highestOrder()));
    Correction corrected = last ? Correction.NONE : correction;
    if (possible == 1 && corrected == Correction.PSEUDO) {
      corrected = Correction.FULL;
    }
    boolean relaxes = expanded != Expanded.V3 && (possible > 1 || corrected != Correction.NONE);
    return new Gene(
        last ? 1 : u,
        expanded,
        possible,
        pseudo && possible > 2,
        relaxes ? relaxation : Relaxation.NONE,
        corrected);
  }

  Gene withU(double other) {
    return new Gene(other, expanded, order, pseudo, relaxation, correction);
  }

  Gene withExpanded(Expanded other) {
    return new Gene(u, other, order, pseudo, relaxation, correction);
  }

  Gene withOrder(int other, boolean otherPseudo) {
    return new Gene(u, expanded, other, otherPseudo, relaxation, correction);
  }

  Gene withRelaxation(Relaxation other) {
    return new Gene(u, expanded, order, pseudo, other, correction);
  }

  Gene withCorrection(Correction other) {
    return new Gene(u, expanded, order, pseudo, relaxation, other);
  }

  ScheduledStep step(double t) {
    Expansion predictor =
        pseudo ? Expansion.pseudo(order - 1, relaxation) : Expansion.full(order - 1, relaxation);
    Relaxation ofCorrector = order == 1 ? relaxation : Relaxation.NONE;
    Expansion corrector =
        switch (correction) {
          case NONE -> Expansion.NONE;
          case PSEUDO -> Expansion.pseudo(order, ofCorrector);
          case FULL -> Expansion.full(order, ofCorrector);
        };
    return new ScheduledStep(t, expanded, order == 1 ? Expansion.NONE : predictor, corrector);
  }

  /** Such as {@code data 3 bh2 / full}. */
  String describe() {
    return Text.of(
        "%s %d%s%s%s",
        expanded.label(),
        order,
        pseudo ? " pseudo" : "",
        relaxation.kind() == Relaxation.Kind.NONE ? "" : " " + relaxation.describe(),
        correction == Correction.NONE ? "" : " / " + correction.label());
  }
}
