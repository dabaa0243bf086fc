package io.accelerant.distill.continuous;

import java.io.Serializable;

/**
 * What one step of a {@link StepSchedule} chooses.
 *
 * @param t where it ends
 * @param expanded what it expands
 * @param predictor from the outputs at s and before
 * @param corrector also from the output at t of what was predicted, the first of the others; {@link
 *     Expansion#NONE} where nothing is corrected
 */
public record ScheduledStep(double t, Expanded expanded, Expansion predictor, Expansion corrector)
    implements Serializable {
  /** Whether x is corrected once the model has seen the prediction. */
  public boolean corrects() {
    return corrector.derivatives() > 0;
  }
}
