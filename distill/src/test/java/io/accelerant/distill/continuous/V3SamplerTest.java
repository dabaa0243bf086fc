package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DPM-Solver-v3 with statistics as the job measures them. */
class V3SamplerTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final int SIZE = 16;
  private static final GaussianMixture MIXTURE = Mixtures.sixteen(3);
  private static final ModelStatistics STATISTICS = measured(MIXTURE, 960, 128);
  private static final double[] NOISE = Mixtures.noise(6, SIZE, 1);
  private static final double[] TRUTH =
      new ReferenceSolution(ReferenceSolution.Method.RK4, 1200, SCHEDULE)
          .states(NOISE, new double[] {1, 1e-3}, Denoiser.plain(MIXTURE.open(), 6))[1];

  /** x ~ N(0, diag c), as a network would be asked. */
  private record Gaussian(double[] c) implements ContinuousModel {
    @Override
    public int size() {
      return c.length;
    }

    @Override
    public void noise(double[] x, Node node, int[] labels, double[] noise) {
      for (int n = 0; n < x.length; n++) {
        noise[n] = node.sigma() * x[n] / variance(node, c[n % c.length]);
      }
    }
  }

  private static double variance(Node node, double c) {
    return node.alpha() * node.alpha() * c + node.sigma() * node.sigma();
  }

  private static ModelStatistics.Subject subject() {
    return new ModelStatistics.Subject("hash", SCHEDULE, 1e-3, 1, List.of());
  }

  private static ModelStatistics measured(GaussianMixture mixture, int grid, int rows) {
    double[] data = mixture.draw(5, "data", 0, rows, List.of());
    return measured(mixture.open(), data, grid, rows);
  }

  private static ModelStatistics measured(
      ContinuousModel model, double[] data, int grid, int rows) {
    int size = model.size();
    StatisticsProbe probe = new StatisticsProbe(SCHEDULE, 4.8e-6);
    double[] times = ModelStatistics.times(subject(), grid + 1);
    double[] noise = Mixtures.noise(rows, size, 7);
    double[] signs = StatisticsProbe.signs(5, "signs", 0, rows, size);
    PointStatistics[] points = new PointStatistics[grid + 1];
    for (int k = 0; k <= grid; k++) {
      Node node = SCHEDULE.node(times[k]);
      double[] x = new double[data.length];
      for (int n = 0; n < x.length; n++) {
        x[n] = node.alpha() * data[n] + node.sigma() * noise[n];
      }
      double[][] sums = new double[StatisticsProbe.SUMS][size];
      probe.add(sums, x, signs, times[k], Denoiser.plain(model, rows));
      points[k] = PointStatistics.of(sums, rows, probe.nothing(ContinuousSource.DOUBLE));
    }
    return PointStatistics.fit(subject(), points);
  }

  private static Solver v3(int order, CorrectorUse use, FinalOrder finalOrder) {
    return new Solver(Solver.DPM_V3, order, UniPc.Variant.BH2, use, finalOrder);
  }

  private static double error(
      ModelStatistics statistics, Solver solver, PseudoOrder pseudo, int steps) {
    double[] times = statistics.onGrid(Spacing.LOG_SNR.times(SCHEDULE, 1e-3, steps));
    double[] x =
        new V3Sampler(statistics, solver, pseudo, times)
            .sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
    return Mixtures.distance(x, TRUTH);
  }

  @Test
  void stepsTakeAsManyEvaluationsWhateverIsCorrected() {
    for (CorrectorUse use : CorrectorUse.values()) {
      for (int steps : new int[] {1, 2, 5}) {
        Denoiser denoiser = Denoiser.plain(MIXTURE.open(), 6);
        double[] times = STATISTICS.onGrid(Spacing.LOG_SNR.times(SCHEDULE, 1e-3, steps));
        new V3Sampler(STATISTICS, v3(3, use, FinalOrder.ALWAYS), PseudoOrder.CORRECTOR, times)
            .sample(NOISE, denoiser);
        assertThat(denoiser.evaluations()).isEqualTo(steps);
      }
    }
  }

  /** Without corrector p, with it p + 1; with statistics that are measured 3 is reached. */
  @Test
  void theErrorFallsWithTheOrder() {
    ModelStatistics data = ModelStatistics.constant(subject(), 961, SIZE, 1, 0, 0);
    for (int order = 1; order <= 3; order++) {
      for (CorrectorUse use : List.of(CorrectorUse.NONE, CorrectorUse.ALL)) {
        int expected = order + (use == CorrectorUse.ALL ? 1 : 0);
        assertThat(rate(data, v3(order, use, FinalOrder.NEVER)))
            .as("data prediction, order %d, corrector %s", order, use.label())
            .isCloseTo(expected, within(0.5));
        assertThat(rate(STATISTICS, v3(order, use, FinalOrder.NEVER)))
            .as("measured, order %d, corrector %s", order, use.label())
            .isCloseTo(expected, within(0.5));
      }
    }
  }

  private static double rate(ModelStatistics statistics, Solver solver) {
    double coarse = error(statistics, solver, PseudoOrder.NONE, 160);
    double fine = error(statistics, solver, PseudoOrder.NONE, 320);
    return Math.log(coarse / fine) / Math.log(2);
  }

  /** With few steps the statistics pay, on noise that they have not seen. */
  @Test
  void fewStepsAreBetterThanThoseOfUniPc() {
    for (int steps : new int[] {5, 8}) {
      double[] times = Spacing.LOG_SNR.times(SCHEDULE, 1e-3, steps);
      double best = Double.POSITIVE_INFINITY;
      for (int order = 2; order <= 3; order++) {
        double[] x =
            Solver.unipc(order, UniPc.Variant.BH2, CorrectorUse.ALL)
                .on(SCHEDULE, times)
                .sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
        best = Math.min(best, Mixtures.distance(x, TRUTH));
      }
      Solver solver = v3(3, CorrectorUse.ALL, FinalOrder.ALWAYS);
      assertThat(error(STATISTICS, solver, PseudoOrder.CORRECTOR, steps)).isLessThan(0.8 * best);
    }
  }

  /**
   * Their updates of order 1 and 3 are those of the others, that of order 2 has its own integral.
   */
  @Test
  void constantStatisticsAreTheMultistepSolversOfBothForms() {
    ModelStatistics data = ModelStatistics.constant(subject(), 241, SIZE, 1, 0, 0);
    double[] times = data.onGrid(Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 8));
    List<double[]> states = new ArrayList<>();
    for (Form form : List.of(Form.DATA, Form.NOISE)) {
      ModelStatistics same =
          form == Form.DATA ? data : ModelStatistics.constant(subject(), 241, SIZE, 0, -1, 0);
      double[] x =
          new V3Sampler(same, v3(3, CorrectorUse.NONE, FinalOrder.NEVER), PseudoOrder.NONE, times)
              .sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
      Predictor taylor =
          (y, step, p) ->
              switch (p) {
                case 1 -> step.ddim(y);
                case 2 -> second(y, step);
                default -> new UniPc(UniPc.Variant.BH1).predict(y, step, p);
              };
      states.add(x);
      states.add(
          new MultistepSampler(
                  form,
                  taylor,
                  3,
                  UniPc.Variant.BH1,
                  CorrectorUse.NONE,
                  FinalOrder.NEVER,
                  SCHEDULE,
                  times)
              .sample(NOISE, Denoiser.plain(MIXTURE.open(), 6)));
    }
    assertThat(states.get(0)).containsExactly(states.get(1), within(1e-9));
    assertThat(states.get(2)).containsExactly(states.get(3), within(1e-9));
  }

  private static double[] second(double[] x, Step step) {
    double[] y = step.ddim(x);
    double c = -step.scale() * step.z() * UniPc.phi(2, step.z()) / step.r(1);
    for (int i = 0; i < y.length; i++) {
      y[i] += c * (step.m(1)[i] - step.m(0)[i]);
    }
    return y;
  }

  /** The estimate finds l, sees that nothing is left, and one step is exact but for the grid. */
  @Test
  void theEstimateSolvesADiagonalGaussianInOneStep() {
    Gaussian model = new Gaussian(new double[] {.04, .5, 1, 3});
    int rows = 64;
    double[] data = Mixtures.noise(rows, 4, 11);
    for (int n = 0; n < data.length; n++) {
      data[n] *= Math.sqrt(model.c()[n % 4]);
    }
    ModelStatistics statistics = measured(model, data, 120, rows);
    for (int k = 0; k < statistics.points(); k++) {
      Node node = SCHEDULE.node(ModelStatistics.times(subject(), 121)[k]);
      double[] expected =
          Arrays.stream(model.c())
              .map(c -> node.sigma() * node.sigma() / variance(node, c))
              .toArray();
      assertThat(statistics.l(k)).containsExactly(expected, within(1e-8));
    }
    double[] x = {.3, -1.2, .8, 2};
    Node from = SCHEDULE.node(1);
    Node to = SCHEDULE.node(1e-3);
    double[] exact = new double[4];
    for (int i = 0; i < 4; i++) {
      exact[i] = x[i] * Math.sqrt(variance(to, model.c()[i]) / variance(from, model.c()[i]));
    }
    double[] y =
        new V3Sampler(
                statistics,
                v3(1, CorrectorUse.NONE, FinalOrder.ALWAYS),
                PseudoOrder.NONE,
                new double[] {1, 1e-3})
            .sample(x, Denoiser.plain(model, 1));
    assertThat(y).containsExactly(exact, within(1e-3));
  }
}
