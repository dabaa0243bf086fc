package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every solver under the contract, and the identities between them. */
class SolversTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final GaussianMixture MIXTURE = Mixtures.sixteen(3);

  private static Solver unipc(int order, UniPc.Variant variant, CorrectorUse use) {
    return Solver.unipc(order, variant, use);
  }

  @Nested
  class DdimTest extends SolverContract {
    @Override
    Solver solver() {
      return Solver.plain(Solver.DDIM);
    }

    @Override
    double convergenceOrder() {
      return 1;
    }
  }

  @Nested
  class TwoMTest extends SolverContract {
    @Override
    Solver solver() {
      return Solver.plain(Solver.DPMPP_2M);
    }

    @Override
    double convergenceOrder() {
      return 2;
    }
  }

  /** The reference form misses half of the second derivative and with it an order. */
  @Nested
  class ThreeMTest extends SolverContract {
    @Override
    Solver solver() {
      return Solver.plain(Solver.DPMPP_3M);
    }

    @Override
    double convergenceOrder() {
      return 2;
    }
  }

  @Nested
  class ThreeMDoubledTest extends SolverContract {
    @Override
    Solver solver() {
      return Solver.plain(Solver.DPMPP_3M_DOUBLED);
    }

    @Override
    double convergenceOrder() {
      return 3;
    }
  }

  @Nested
  class DeisTest extends SolverContract {
    @Override
    Solver solver() {
      return Solver.plain(Solver.DEIS);
    }

    @Override
    double convergenceOrder() {
      return 3;
    }
  }

  /**
   * Its weights are those of equal steps in sigma/alpha; on log-SNR spacing neighbours differ by a
   * share that falls with the step, which costs order 3.
   */
  @Nested
  class IpndmTest extends SolverContract {
    @Override
    Solver solver() {
      return Solver.plain(Solver.IPNDM);
    }

    @Override
    double convergenceOrder() {
      return 2;
    }
  }

  @Nested
  class UniPc1Test extends SolverContract {
    @Override
    Solver solver() {
      return unipc(1, UniPc.Variant.BH2, CorrectorUse.ALL);
    }

    @Override
    double convergenceOrder() {
      return 2;
    }
  }

  @Nested
  class UniPc2Test extends SolverContract {
    @Override
    Solver solver() {
      return unipc(2, UniPc.Variant.BH2, CorrectorUse.ALL);
    }

    @Override
    double convergenceOrder() {
      return 3;
    }
  }

  @Nested
  class UniPc3Test extends SolverContract {
    @Override
    Solver solver() {
      return unipc(3, UniPc.Variant.BH1, CorrectorUse.ALL);
    }

    @Override
    double convergenceOrder() {
      return 4;
    }
  }

  @Nested
  class UniP3Test extends SolverContract {
    @Override
    Solver solver() {
      return unipc(3, UniPc.Variant.BH2, CorrectorUse.NONE);
    }

    @Override
    double convergenceOrder() {
      return 3;
    }
  }

  private static double[] sample(Solver solver, int steps) {
    double[] times = Spacing.TIME_QUADRATIC.times(SCHEDULE, 1e-3, steps);
    double[] noise = Mixtures.noise(6, 16, 1);
    return solver.on(SCHEDULE, times).sample(noise, Denoiser.plain(MIXTURE.open(), 6));
  }

  private static Solver deis(int order) {
    return new Solver(Solver.DEIS, order, UniPc.Variant.BH2, CorrectorUse.NONE, FinalOrder.NEVER);
  }

  @Test
  void firstOrdersAreDdim() {
    double[] ddim = sample(Solver.plain(Solver.DDIM), 8);
    assertThat(sample(unipc(1, UniPc.Variant.BH1, CorrectorUse.NONE), 8))
        .containsExactly(ddim, within(1e-13));
    assertThat(sample(deis(1), 8)).containsExactly(ddim, within(1e-12));
  }

  @Test
  void uniP2WithBh2IsTwoM() {
    assertThat(sample(unipc(2, UniPc.Variant.BH2, CorrectorUse.NONE), 8))
        .containsExactly(sample(Solver.plain(Solver.DPMPP_2M), 8), within(1e-13));
  }

  @Test
  void uniP3IsThreeMWithTheDerivativeDoubled() {
    double[] uniP3 = sample(unipc(3, UniPc.Variant.BH2, CorrectorUse.NONE), 12);
    assertThat(uniP3)
        .containsExactly(sample(Solver.plain(Solver.DPMPP_3M_DOUBLED), 12), within(1e-12));
    assertThat(Mixtures.distance(uniP3, sample(Solver.plain(Solver.DPMPP_3M), 12)))
        .isGreaterThan(1e-5);
  }

  /** B cancels in every weight that is solved for. */
  @Test
  void variantsDifferThroughTheFixedWeightsAlone() {
    double[] noise = Mixtures.noise(2, 16, 5);
    Denoiser model = Denoiser.plain(MIXTURE.open(), 2);
    double[] times = Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 8);
    History history = History.empty();
    for (int i = 0; i < 3; i++) {
      Node node = SCHEDULE.node(times[i]);
      history = history.push(node, model.output(noise, node, Form.DATA, 1));
    }
    Node t = SCHEDULE.node(times[3]);
    Step step = new Step(Form.DATA, history, t);
    double[] newest = model.output(noise, t, Form.DATA, 1);
    UniPc bh1 = new UniPc(UniPc.Variant.BH1);
    UniPc bh2 = new UniPc(UniPc.Variant.BH2);
    assertThat(bh1.predict(noise, step, 3))
        .containsExactly(bh2.predict(noise, step, 3), within(1e-14));
    for (int order = 2; order <= 3; order++) {
      assertThat(bh1.correct(noise, step, newest, order))
          .containsExactly(bh2.correct(noise, step, newest, order), within(1e-14));
    }
    assertThat(
            Mixtures.distance(
                bh1.correct(noise, step, newest, 1), bh2.correct(noise, step, newest, 1)))
        .isGreaterThan(1e-5);
    assertThat(Mixtures.distance(bh1.predict(noise, step, 2), bh2.predict(noise, step, 2)))
        .isGreaterThan(1e-5);
  }

  /** Noise form of order 1 is the same DDIM; of order 2 it is another solver of the same order. */
  @Test
  void bothFormsSolveTheSameEquation() {
    double[] noise = Mixtures.noise(6, 16, 1);
    double[] times = Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 160);
    double[][] ends = new double[2][];
    for (Form form : Form.values()) {
      ends[form.ordinal()] =
          new MultistepSampler(
                  form,
                  new UniPc(UniPc.Variant.BH2),
                  3,
                  UniPc.Variant.BH2,
                  CorrectorUse.ALL,
                  FinalOrder.NEVER,
                  SCHEDULE,
                  times)
              .sample(noise, Denoiser.plain(MIXTURE.open(), 6));
    }
    assertThat(Mixtures.distance(ends[0], ends[1])).isBetween(1e-12, 1e-4);
    Node s = SCHEDULE.node(0.8);
    Node t = SCHEDULE.node(0.5);
    Denoiser model = Denoiser.plain(MIXTURE.open(), 6);
    History data = History.empty().push(s, model.output(noise, s, Form.DATA, 1));
    History eps = History.empty().push(s, model.output(noise, s, Form.NOISE, 1));
    assertThat(new Step(Form.NOISE, eps, t).ddim(noise))
        .containsExactly(new Step(Form.DATA, data, t).ddim(noise), within(1e-13));
  }

  @Test
  void phiIsContinuousWhereTheSeriesEnds() {
    for (int k = 1; k <= 4; k++) {
      double below = UniPc.phi(k, -1 + 1e-9);
      double above = UniPc.phi(k, -1 - 1e-9);
      assertThat(below).isCloseTo(above, within(1e-8));
    }
    assertThat(UniPc.phi(1, 0.3)).isCloseTo(Math.expm1(0.3) / 0.3, within(1e-15));
    assertThat(UniPc.phi(2, 1e-7)).isCloseTo(0.5 + 1e-7 / 6, within(1e-15));
  }

  @Test
  void ordersRiseAndFall() {
    assertThat(orders(FinalOrder.ALWAYS, 12)).startsWith(1, 2, 3, 3).endsWith(3, 2, 1);
    assertThat(orders(FinalOrder.BELOW_10, 9)).endsWith(3, 2, 1);
    assertThat(orders(FinalOrder.BELOW_10, 10)).endsWith(3, 3, 3);
    assertThat(orders(FinalOrder.NEVER, 5)).containsExactly(1, 2, 3, 3, 3);
  }

  private static int[] orders(FinalOrder rule, int steps) {
    int[] orders = new int[steps];
    for (int i = 1; i <= steps; i++) {
      orders[i - 1] = rule.order(3, i, steps);
    }
    return orders;
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> deis(5)).hasMessageContaining("deis has orders 1 to 4, not 5");
    assertThatThrownBy(
            () ->
                new Solver(Solver.DDIM, 1, UniPc.Variant.BH2, CorrectorUse.ALL, FinalOrder.ALWAYS))
        .hasMessageContaining("only unipc and dpm-v3 have a corrector");
  }
}
