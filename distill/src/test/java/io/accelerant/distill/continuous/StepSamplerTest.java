package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules of which every step chooses, against the solvers that they contain. */
class StepSamplerTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final GaussianMixture MIXTURE = Mixtures.sixteen(3);
  private static final double[] NOISE = Mixtures.noise(6, 16, 1);
  private static final Relaxation BH1 = Relaxation.of(Relaxation.Kind.BH1);
  private static final Relaxation BH2 = Relaxation.of(Relaxation.Kind.BH2);

  private static double[] times(int steps) {
    return Spacing.TIME_QUADRATIC.times(SCHEDULE, 1e-3, steps);
  }

  private static double[] run(StepSchedule schedule) {
    return new StepSampler(schedule, SCHEDULE, Optional.empty())
        .sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
  }

  private static double[] run(Solver solver, int steps) {
    return solver.on(SCHEDULE, times(steps)).sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
  }

  /** Chooses the expansions of step i = 1 .. N. */
  private interface Choice {
    Expansion at(int i, int p);
  }

  private static StepSchedule schedule(
      int steps, int order, Expanded expanded, Choice predictor, Choice corrector) {
    return schedule(times(steps), order, FinalOrder.ALWAYS, expanded, predictor, corrector);
  }

  private static StepSchedule schedule(
      double[] times,
      int order,
      FinalOrder last,
      Expanded expanded,
      Choice predictor,
      Choice corrector) {
    int steps = times.length - 1;
    List<ScheduledStep> chosen = new ArrayList<>();
    for (int i = 1; i <= steps; i++) {
      int p = last.order(order, i, steps);
      chosen.add(
          new ScheduledStep(
              times[i],
              expanded,
              predictor.at(i, p),
              i == steps ? Expansion.NONE : corrector.at(i, p)));
    }
    return new StepSchedule(times[0], false, chosen);
  }

  private static Expansion none(int i, int p) {
    return Expansion.NONE;
  }

  /** UniP-p: the weight of order 2 is fixed, all others are solved for. */
  private static Choice uniP(Relaxation fixed) {
    return (i, p) -> Expansion.full(p - 1, p == 2 ? fixed : Relaxation.NONE);
  }

  private static Choice uniC(Relaxation fixed) {
    return (i, p) -> Expansion.full(p, p == 1 ? fixed : Relaxation.NONE);
  }

  private static void assertSame(double[] a, double[] b) {
    assertThat(Mixtures.distance(a, b)).isLessThan(1e-12);
  }

  @ParameterizedTest
  @EnumSource(
      value = Expanded.class,
      names = {"NOISE", "DATA"})
  void withoutDerivativesItIsDdimWhateverIsExpanded(Expanded expanded) {
    assertSame(
        run(schedule(7, 1, expanded, StepSamplerTest::none, StepSamplerTest::none)),
        run(Solver.plain(Solver.DDIM), 7));
  }

  @Test
  void theRelaxationBh2MakesDpmSolver2M() {
    assertSame(
        run(schedule(7, 2, Expanded.DATA, uniP(BH2), StepSamplerTest::none)),
        run(Solver.plain(Solver.DPMPP_2M), 7));
  }

  @Test
  void fullDifferencesMake3MWithItsSecondDerivativeDoubled() {
    assertSame(
        run(schedule(7, 3, Expanded.DATA, uniP(BH2), StepSamplerTest::none)),
        run(Solver.plain(Solver.DPMPP_3M_DOUBLED), 7));
  }

  @ParameterizedTest
  @CsvSource({
    "1, BH1, true",
    "1, BH2, true",
    "2, BH1, false",
    "2, BH2, false",
    "2, BH1, true",
    "2, BH2, true",
    "3, BH1, false",
    "3, BH2, false",
    "3, BH1, true",
    "3, BH2, true"
  })
  void uniPcIsOneOfThem(int order, UniPc.Variant variant, boolean corrected) {
    Relaxation fixed = Relaxation.of(Relaxation.Kind.valueOf(variant.name()));
    CorrectorUse use = corrected ? CorrectorUse.ALL : CorrectorUse.NONE;
    assertSame(
        run(
            schedule(
                8,
                order,
                Expanded.DATA,
                uniP(fixed),
                corrected ? uniC(fixed) : StepSamplerTest::none)),
        run(Solver.unipc(order, variant, use), 8));
  }

  /** DPM-Solver-2 of the noise: the same formula with alpha and sigma exchanged. */
  @Test
  void theNoiseFormOf2M() {
    double[] times = times(6);
    MultistepSampler sampler =
        new MultistepSampler(
            Form.NOISE,
            (x, step, p) -> p == 1 ? step.ddim(x) : Updates.dpmSolver2M(x, step),
            2,
            UniPc.Variant.BH2,
            CorrectorUse.NONE,
            FinalOrder.ALWAYS,
            SCHEDULE,
            times);
    assertSame(
        run(schedule(6, 2, Expanded.NOISE, uniP(BH2), StepSamplerTest::none)),
        sampler.sample(NOISE, Denoiser.plain(MIXTURE.open(), 6)));
  }

  /** Observed order of the error, without lower orders at the end. */
  @ParameterizedTest
  @CsvSource({
    "NOISE, 1, full, false, 1",
    "NOISE, 2, full, false, 2",
    "DATA, 3, full, false, 3",
    "DATA, 4, full, false, 4",
    "DATA, 3, pseudo, false, 2",
    "DATA, 1, full, true, 2",
    "DATA, 2, full, true, 3",
    "NOISE, 2, full, true, 3"
  })
  void theErrorFallsWithTheOrder(
      Expanded expanded, int order, String differences, boolean corrected, double expected) {
    Choice predictor =
        (i, p) ->
            differences.equals("full")
                ? Expansion.full(p - 1, Relaxation.NONE)
                : Expansion.pseudo(p - 1, Relaxation.NONE);
    Choice corrector =
        corrected ? (i, p) -> Expansion.full(p, Relaxation.NONE) : StepSamplerTest::none;
    double[] truth =
        new ReferenceSolution(ReferenceSolution.Method.RK4, 1200, SCHEDULE)
            .states(NOISE, new double[] {1, 1e-3}, Denoiser.plain(MIXTURE.open(), 6))[1];
    double[] errors = new double[2];
    for (int k = 0; k < 2; k++) {
      double[] times = Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 80 << k);
      errors[k] =
          Mixtures.distance(
              run(schedule(times, order, FinalOrder.NEVER, expanded, predictor, corrector)), truth);
    }
    double rate = Math.log(errors[0] / errors[1]) / Math.log(2);
    assertThat(rate).isBetween(expected - 0.35, expected + 0.6);
  }

  @Test
  void anyRelaxationThatTendsToOneKeepsOrderTwo() {
    double[] truth =
        new ReferenceSolution(ReferenceSolution.Method.RK4, 1200, SCHEDULE)
            .states(NOISE, new double[] {1, 1e-3}, Denoiser.plain(MIXTURE.open(), 6))[1];
    for (Relaxation relaxation :
        List.of(
            BH1,
            BH2,
            Relaxation.of(Relaxation.Kind.MORE),
            Relaxation.of(Relaxation.Kind.LESS),
            Relaxation.linear(0.4))) {
      double[] errors = new double[2];
      for (int k = 0; k < 2; k++) {
        double[] times = Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 80 << k);
        errors[k] =
            Mixtures.distance(
                run(
                    schedule(
                        times,
                        2,
                        FinalOrder.NEVER,
                        Expanded.DATA,
                        (i, p) -> Expansion.full(p - 1, relaxation),
                        StepSamplerTest::none)),
                truth);
      }
      assertThat(Math.log(errors[0] / errors[1]) / Math.log(2))
          .as(relaxation.describe())
          .isBetween(1.65, 2.6);
    }
  }

  @Test
  void anAnalyticStartSavesAnEvaluationAndIsCloseWhereAlphaIsSmall() {
    StepSchedule plain = schedule(8, 2, Expanded.DATA, uniP(BH2), StepSamplerTest::none);
    StepSchedule analytic = new StepSchedule(plain.start(), true, plain.steps());
    Denoiser counted = Denoiser.plain(MIXTURE.open(), 6);
    double[] x = new StepSampler(analytic, SCHEDULE, Optional.empty()).sample(NOISE, counted);
    assertThat(counted.evaluations()).isEqualTo(7).isEqualTo(analytic.evaluations());
    assertThat(plain.evaluations()).isEqualTo(8);
    assertThat(Mixtures.distance(x, run(plain))).isBetween(1e-6, 0.05);
  }

  @Test
  void stepsMayChooseDifferently() {
    List<ScheduledStep> mixed = new ArrayList<>();
    double[] times = times(4);
    mixed.add(new ScheduledStep(times[1], Expanded.NOISE, Expansion.NONE, Expansion.full(1, BH1)));
    mixed.add(
        new ScheduledStep(
            times[2], Expanded.DATA, Expansion.full(1, BH2), Expansion.pseudo(2, BH1)));
    mixed.add(
        new ScheduledStep(
            times[3], Expanded.NOISE, Expansion.pseudo(2, Relaxation.linear(.1)), Expansion.NONE));
    mixed.add(new ScheduledStep(times[4], Expanded.DATA, Expansion.full(3, BH2), Expansion.NONE));
    double[] truth =
        new ReferenceSolution(ReferenceSolution.Method.RK4, 600, SCHEDULE)
            .states(NOISE, new double[] {1, 1e-3}, Denoiser.plain(MIXTURE.open(), 6))[1];
    assertThat(Mixtures.distance(run(new StepSchedule(1, false, mixed)), truth)).isLessThan(1);
  }

  /** DPM-Solver-v3 with pseudo-order of the corrector, and its file, which needs no statistics. */
  @Test
  void dpmSolverV3IsOneOfThem() throws IOException {
    ModelStatistics statistics =
        ModelStatistics.constant(
            new ModelStatistics.Subject("", SCHEDULE, 1e-3, 1, List.of()), 241, 16, .6, -.3, .1);
    double[] times = statistics.onGrid(times(6));
    StepSchedule schedule =
        schedule(
            times,
            3,
            FinalOrder.ALWAYS,
            Expanded.V3,
            (i, p) -> Expansion.full(p - 1, Relaxation.NONE),
            (i, p) -> Expansion.pseudo(p, Relaxation.NONE));
    StepSampler sampler = new StepSampler(schedule, SCHEDULE, Optional.of(statistics));
    double[] x = sampler.sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
    Solver solver =
        new Solver(Solver.DPM_V3, 3, UniPc.Variant.BH2, CorrectorUse.ALL, FinalOrder.ALWAYS);
    assertSame(
        x,
        new V3Sampler(statistics, solver, PseudoOrder.CORRECTOR, times)
            .sample(NOISE, Denoiser.plain(MIXTURE.open(), 6)));
    byte[] json = CanonicalJson.bytes(StepSamplerJson.tree(sampler, settings()));
    StepSampler read =
        StepSamplerJson.read(
            JsonReader.of(
                CanonicalJson.readObject(json, "s.json"), "s.json", ArtifactException::new),
            SCHEDULE);
    assertThat(read.schedule()).isEqualTo(schedule);
    assertThat(read.sample(NOISE, Denoiser.plain(MIXTURE.open(), 6))).isEqualTo(x);
    assertThatThrownBy(() -> new StepSampler(schedule, SCHEDULE, Optional.empty()))
        .hasMessage("step 1 expands v3, which needs statistics");
  }

  private static SolverSettings settings() {
    return new SolverSettings(
        SCHEDULE,
        1e-3,
        Spacing.LOG_SNR,
        Solver.plain(Solver.DDIM),
        List.of(),
        Thresholding.NONE,
        false);
  }

  @Test
  void whatDivergesEndsEarly() {
    StepSchedule plain =
        schedule(4, 1, Expanded.DATA, StepSamplerTest::none, StepSamplerTest::none);
    Denoiser counted = Denoiser.plain(MIXTURE.open(), 6);
    assertThat(
            new StepSampler(plain, SCHEDULE, Optional.empty()).sampleWithin(NOISE, counted, 1e-3))
        .isEmpty();
    assertThat(counted.evaluations()).isOne();
  }

  @Test
  void impossibleSchedulesAreRefused() {
    ScheduledStep second =
        new ScheduledStep(.5, Expanded.DATA, Expansion.full(1, BH1), Expansion.NONE);
    assertThatThrownBy(() -> new StepSchedule(1, false, List.of(second)))
        .hasMessage("step 1 looks back further than 0 outputs");
    ScheduledStep first = new ScheduledStep(1.5, Expanded.DATA, Expansion.NONE, Expansion.NONE);
    assertThatThrownBy(() -> new StepSchedule(1, false, List.of(first)))
        .hasMessage("step 1 goes from 1.0 to 1.5; times must fall");
    ScheduledStep last =
        new ScheduledStep(.5, Expanded.DATA, Expansion.NONE, Expansion.full(1, BH1));
    assertThatThrownBy(() -> new StepSchedule(1, false, List.of(last)))
        .hasMessageContaining("the last step is corrected");
    assertThatThrownBy(() -> new Expansion(List.of(1, 1), Relaxation.NONE))
        .hasMessage("derivative 2 from 1 differences");
  }
}
