package io.accelerant.distill.dcsolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.continuous.MultistepSampler;
import io.accelerant.distill.continuous.ReferenceSolution;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.UniPc;
import io.accelerant.distill.continuous.VpLinear;
import org.junit.jupiter.api.Test;

class GreedyFitTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final double[] TIMES = Spacing.TIME_UNIFORM.times(SCHEDULE, 1e-3, 5);
  private static final RatioSearch ADAMW = new RatioSearch.AdamW(0.1, 40);
  private static final Solver BH1 = Solver.unipc(3, UniPc.Variant.BH1, CorrectorUse.ALL);
  private static final Solver BH2 = Solver.unipc(2, UniPc.Variant.BH2, CorrectorUse.ALL);

  private static Denoiser model() {
    return Denoiser.plain(Mixtures.plane().open(), 2);
  }

  private static double[][] truth() {
    return new ReferenceSolution(ReferenceSolution.Method.RK4, 600, SCHEDULE)
        .states(Mixtures.planeNoise(), TIMES, model());
  }

  private static double[] fit(Solver solver, RatioSearch search) {
    return new GreedyFit(solver.on(SCHEDULE, TIMES), search, ContinuousSource.DOUBLE)
        .fit(Mixtures.planeNoise(), truth(), model(), i -> true);
  }

  /** The published numbers of the 2-D mixture, six digits each. */
  @Test
  void adamWFindsThePublishedRatios() {
    assertThat(fit(BH1, ADAMW))
        .containsExactly(new double[] {1, 1, .963044, 1.123861, 1.319676}, within(1.5e-6));
    assertThat(fit(BH2, ADAMW))
        .containsExactly(new double[] {1, 1, .945690, 1.155450, 1.404911}, within(1.5e-6));
  }

  @Test
  void theExactSearchIsCloseToAdamWAndNoWorseAtItsStep() {
    for (Solver solver : new Solver[] {BH1, BH2}) {
      double[] adamw = fit(solver, ADAMW);
      double[] exact = fit(solver, new RatioSearch.Exact());
      assertThat(exact).containsExactly(adamw, within(0.1));
      // the first free step sees the same state in both
      StepProblem third = problem(solver, 3, model());
      assertThat(third.loss(exact[2])).isLessThanOrEqualTo(third.loss(adamw[2]));
    }
  }

  /** The problem of an update on the path without ratios. */
  private static StepProblem problem(Solver solver, int update, Denoiser model) {
    MultistepSampler sampler = solver.on(SCHEDULE, TIMES);
    MultistepSampler.State state = sampler.start(Mixtures.planeNoise(), model);
    for (int i = 1; i < update; i++) {
      state = sampler.advance(state, 1, model);
    }
    return new StepProblem(sampler, state, model, truth()[update], ContinuousSource.DOUBLE);
  }

  @Test
  void theDerivativeIsThatOfTheLoss() {
    StepProblem corrected = problem(BH2, 3, model());
    double e = 1e-4;
    for (double ratio : new double[] {0.2, 1, 1.7}) {
      double slope = (corrected.loss(ratio + e) - corrected.loss(ratio - e)) / (2 * e);
      assertThat(corrected.derivative(ratio)).isCloseTo(slope, within(1e-8));
    }
    assertThat(corrected.polynomial()).isEmpty();
  }

  @Test
  void withoutCorrectionTheLossIsAQuarticAndCostsNoModelCall() {
    Denoiser model = model();
    StepProblem last = problem(BH2, 5, model);
    int calls = model.evaluations();
    var polynomial = last.polynomial().orElseThrow();
    for (double ratio : new double[] {-1, 0.3, 1, 2.2}) {
      assertThat(polynomial.applyAsDouble(ratio)).isCloseTo(last.loss(ratio), within(1e-14));
    }
    double found = new RatioSearch.Exact().search(last);
    assertThat(model.evaluations()).isEqualTo(calls);
    assertThat(last.derivative(found)).isCloseTo(0, within(1e-7));
    Solver predictorOnly = Solver.unipc(2, UniPc.Variant.BH2, CorrectorUse.NONE);
    assertThat(problem(predictorOnly, 4, model()).polynomial()).isPresent();
  }

  @Test
  void onlyWantedRatiosMove() {
    GreedyFit fit = new GreedyFit(BH2.on(SCHEDULE, TIMES), ADAMW, ContinuousSource.DOUBLE);
    double[] last = fit.fit(Mixtures.planeNoise(), truth(), model(), i -> i == 5);
    assertThat(last).startsWith(1, 1, 1, 1);
    assertThat(last[4]).isGreaterThan(1.2);
  }

  /** One loss drops at every step, by construction; the end is only the last of them. */
  @Test
  void everyFittedStepComesCloserToTheTruth() {
    double[] ratios = fit(BH2, new RatioSearch.Exact());
    MultistepSampler sampler = BH2.on(SCHEDULE, TIMES);
    Denoiser model = model();
    MultistepSampler.State state = sampler.start(Mixtures.planeNoise(), model);
    for (int i = 1; i <= 5; i++) {
      double plain = StepProblem.meanSquare(sampler.advance(state, 1, model).x(), truth()[i]);
      state = sampler.advance(state, ratios[i - 1], model);
      assertThat(StepProblem.meanSquare(state.x(), truth()[i])).isLessThanOrEqualTo(plain);
    }
  }
}
