package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.json.JsonReader;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DualFastTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final GaussianMixture MIXTURE = Mixtures.sixteen(3);
  private static final double[] NOISE = Mixtures.noise(6, 16, 1);

  private static DualFast dual(double c, DualFast.Growth growth, DualFast.From from) {
    return new DualFast(c, growth, from);
  }

  private static DualFast previous(double c) {
    return dual(c, DualFast.Growth.CONSTANT, DualFast.From.PREVIOUS);
  }

  private static Solver plain(String name, int order) {
    return new Solver(
        name, order, UniPc.Variant.BH2, CorrectorUse.NONE, Solver.usualFinalOrder(name));
  }

  private static double[] sample(Solver solver, double[] times) {
    return solver.on(SCHEDULE, times).sample(NOISE, Denoiser.plain(MIXTURE.open(), 6));
  }

  private static double[] times(Spacing spacing, int steps) {
    return spacing.times(SCHEDULE, 1e-3, steps);
  }

  private static double error(Solver solver, double[] times) {
    double[] truth =
        new ReferenceSolution(ReferenceSolution.Method.RK4, 600, SCHEDULE)
            .states(NOISE, new double[] {1, 1e-3}, Denoiser.plain(MIXTURE.open(), 6))[1];
    return Mixtures.distance(sample(solver, times), truth);
  }

  @Test
  void ddimWithHalfOfThePreviousOutputIsIpndm2() {
    for (Spacing spacing : Spacing.values()) {
      double[] times = times(spacing, 8);
      assertThat(sample(Solver.plain(Solver.DDIM).with(previous(0.5)), times))
          .containsExactly(sample(plain(Solver.IPNDM, 2), times), within(1e-12));
    }
  }

  /** v_{n+1} = v_n + h (3 f_n - f_{n-1}) / 2 for dv/drho = eps, v = x/alpha, rho = sigma/alpha. */
  @Test
  void onEqualStepsOfRhoItIsAdamsBashforth2() {
    double first = Math.exp(-SCHEDULE.lambda(0.6));
    double last = Math.exp(-SCHEDULE.lambda(0.1));
    double[] times =
        Arrays.stream(Spacing.linspace(first, last, 7))
            .map(rho -> SCHEDULE.timeOfLambda(-Math.log(rho)))
            .toArray();
    ContinuousModel model = MIXTURE.open();
    double[] v = Arrays.stream(NOISE).map(x -> x / SCHEDULE.node(times[0]).alpha()).toArray();
    double[] before = null;
    for (int i = 0; i < 7; i++) {
      Node node = SCHEDULE.node(times[i]);
      double[] f = new double[v.length];
      model.noise(
          Arrays.stream(v).map(y -> y * node.alpha()).toArray(),
          node,
          new int[] {-1, -1, -1, -1, -1, -1},
          f);
      for (int k = 0; k < v.length; k++) {
        v[k] += (last - first) / 7 * (before == null ? f[k] : (3 * f[k] - before[k]) / 2);
      }
      before = f;
    }
    double alpha = SCHEDULE.node(times[7]).alpha();
    assertThat(sample(Solver.plain(Solver.DDIM).with(previous(0.5)), times))
        .containsExactly(Arrays.stream(v).map(y -> y * alpha).toArray(), within(1e-12));
  }

  @Test
  void ipndmOfOrder1IsDdim() {
    double[] times = times(Spacing.TIME_QUADRATIC, 8);
    assertThat(sample(plain(Solver.IPNDM, 1), times))
        .containsExactly(sample(Solver.plain(Solver.DDIM), times), within(1e-12));
  }

  /** The matching data prediction and the noise itself are one change of the same step. */
  @Test
  void bothFormsOfDdimChangeAlike() {
    double[] times = times(Spacing.TIME_UNIFORM, 6);
    for (DualFast.Growth growth : DualFast.Growth.values()) {
      for (DualFast.From from : DualFast.From.values()) {
        DualFast dual = dual(0.3, growth, from);
        assertThat(sample(Solver.plain(Solver.DDIM).with(dual), times))
            .containsExactly(sample(plain(Solver.DEIS, 1).with(dual), times), within(1e-11));
      }
    }
  }

  @Test
  void withoutWeightNothingChangesAndWithItEveryPredictionButTheFirst() {
    double[] times = times(Spacing.LOG_SNR, 5);
    for (String name : Solver.names()) {
      Solver solver = Solver.usual(name);
      if (solver.suits(SCHEDULE) && !name.equals(Solver.DPM_V3)) {
        assertThat(sample(solver.with(previous(0)), times)).isEqualTo(sample(solver, times));
        assertThat(sample(solver.with(previous(0.2)), times)).isNotEqualTo(sample(solver, times));
        Denoiser model = Denoiser.plain(MIXTURE.open(), 6);
        solver.with(previous(0.2)).on(SCHEDULE, times).sample(NOISE, model);
        assertThat(model.evaluations()).as(name).isEqualTo(5);
        double[] one = {1, 1e-3};
        assertThat(sample(solver.with(previous(0.2)), one)).isEqualTo(sample(solver, one));
      }
    }
  }

  /** On an exact score the extrapolation alone shows, as it does for Adams and Bashforth. */
  @Test
  void ddimComesNearerWithGrowingWeight() {
    double[] times = times(Spacing.TIME_UNIFORM, 5);
    for (DualFast.From from : DualFast.From.values()) {
      double before = error(Solver.plain(Solver.DDIM), times);
      for (double c : new double[] {0.1, 0.3, 0.5}) {
        Solver solver = Solver.plain(Solver.DDIM).with(dual(c, DualFast.Growth.CONSTANT, from));
        double error = error(solver, times);
        assertThat(error).as("%s %s", c, from).isLessThan(before);
        before = error;
      }
    }
  }

  @Test
  void theLinearWeightGrowsFromNothingToC() {
    DualFast linear = dual(0.4, DualFast.Growth.LINEAR, DualFast.From.FIRST);
    assertThat(linear.weight(1, 1, 0.2)).isZero();
    assertThat(linear.weight(0.6, 1, 0.2)).isCloseTo(0.2, within(1e-15));
    assertThat(linear.weight(0.2, 1, 0.2)).isEqualTo(0.4);
    assertThat(previous(0.4).weight(0.7, 1, 0.2)).isEqualTo(0.4);
  }

  @Test
  void samplersKeepIt() {
    DualFast dual = dual(0.3, DualFast.Growth.LINEAR, DualFast.From.FIRST);
    Solver solver = Solver.usual(Solver.UNIPC).with(dual);
    JsonReader json = JsonReader.of(solver.toJson(), "test", IllegalStateException::new);
    assertThat(DualFast.ofSampler(json)).isEqualTo(dual);
    json = JsonReader.of(Solver.plain(Solver.DDIM).toJson(), "test", IllegalStateException::new);
    assertThat(json.fields()).doesNotContainKey("dualFast");
    assertThat(DualFast.ofSampler(json)).isEqualTo(DualFast.OFF);
    assertThat(solver.describe()).isEqualTo("unipc-2 bh2 dual-0.3-linear-first");
  }
}
