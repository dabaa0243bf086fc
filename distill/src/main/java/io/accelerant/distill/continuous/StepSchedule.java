package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * A sampler of which every step makes its own choices (USF, "A Unified Sampling Framework for
 * Solver Searching of Diffusion Probabilistic Models", Liu et al. 2023).
 *
 * @param start T, where it begins
 * @param analyticStart whether the output at T is taken to be x itself, eps(x_T, T) = x_T, which
 *     saves an evaluation
 */
public record StepSchedule(double start, boolean analyticStart, List<ScheduledStep> steps)
    implements Serializable {
  /** The largest order of a step: one output at its start and three before. */
  public static final int HIGHEST_ORDER = History.LONGEST;

  /**
   * @throws IllegalArgumentException if times do not fall, a step looks back further than there are
   *     outputs, or the last one is corrected
   */
  public StepSchedule {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("a schedule needs a step");
    }
    double t = start;
    for (int i = 1; i <= steps.size(); i++) {
      ScheduledStep step = steps.get(i - 1);
      if (!(step.t() < t)) {
        throw new IllegalArgumentException(
            Text.of("step %d goes from %s to %s; times must fall", i, t, step.t()));
      }
      if (step.expanded() == Expanded.V3) {
        requireV3(i, step.predictor());
        requireV3(i, step.corrector());
      }
      int older = Math.min(i, History.LONGEST) - 1;
      if (step.predictor().reach() > older || step.corrector().reach() > older + 1) {
        throw new IllegalArgumentException(
            Text.of("step %d looks back further than %d outputs", i, older));
      }
      t = step.t();
    }
    if (steps.get(steps.size() - 1).corrects()) {
      throw new IllegalArgumentException(
          "the last step is corrected, which would cost an evaluation");
    }
  }

  private static void requireV3(int i, Expansion expansion) {
    int derivatives = expansion.derivatives();
    if (expansion.relaxation().kind() != Relaxation.Kind.NONE
        || derivatives >= GridIntegrals.MOMENTS
        || !expansion.isPseudo()
            && !expansion.equals(Expansion.full(derivatives, Relaxation.NONE))) {
      throw new IllegalArgumentException(
          Text.of(
              "step %d: an expansion of v3 has at most %d derivatives, all or none of them of"
                  + " pseudo-order, and no relaxation",
              i, GridIntegrals.MOMENTS - 1));
    }
  }

  /** Network evaluations: one at the start of each step, but where the first is analytic. */
  public int evaluations() {
    return steps.size() - (analyticStart ? 1 : 0);
  }

  /** The start and the end of every step. */
  public double[] times() {
    return DoubleStream.concat(DoubleStream.of(start), steps.stream().mapToDouble(ScheduledStep::t))
        .toArray();
  }

  /** The same choices at other times. */
  public StepSchedule at(double[] times) {
    List<ScheduledStep> moved = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      ScheduledStep step = steps.get(i);
      moved.add(
          new ScheduledStep(times[i + 1], step.expanded(), step.predictor(), step.corrector()));
    }
    return new StepSchedule(times[0], analyticStart, moved);
  }

  /** Whether a step needs statistics of the model. */
  public boolean needsStatistics() {
    return steps.stream().anyMatch(step -> step.expanded() == Expanded.V3);
  }

  /**
   * The same choices at times that a model and its statistics know: {@link Spacing#whole}, {@link
   * ModelStatistics#onGrid}.
   *
   * @throws IllegalArgumentException if two times are the same on the grid of the statistics
   */
  public StepSchedule on(SolverSettings settings, Optional<ModelStatistics> statistics) {
    double[] times = times();
    if (settings.wholeTimes()) {
      times = Spacing.whole(settings.schedule(), times);
    }
    if (needsStatistics() && statistics.isPresent()) {
      times = statistics.get().onGrid(times);
    }
    return at(times);
  }
}
