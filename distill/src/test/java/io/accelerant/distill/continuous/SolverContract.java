package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every solver owes; extend it for each. */
abstract class SolverContract {
  protected static final Schedule SCHEDULE = VpLinear.standard();
  private static final GaussianMixture MIXTURE = Mixtures.sixteen(3);

  abstract Solver solver();

  /** Order of the error in the step, without lower orders at the end. */
  abstract double convergenceOrder();

  private static double[] noise() {
    return Mixtures.noise(6, 16, 1);
  }

  private MultistepSampler on(Spacing spacing, int steps) {
    return solver().on(SCHEDULE, spacing.times(SCHEDULE, 1e-3, steps));
  }

  private double[] sample(ContinuousSource model, double[] noise, Spacing spacing, int steps) {
    Denoiser denoiser = Denoiser.plain(model.open(), noise.length / model.size());
    return on(spacing, steps).sample(noise, denoiser);
  }

  /** Counts evaluations and remembers their times. */
  private static class Recording implements ContinuousModel {
    private final ContinuousModel inner = MIXTURE.open();
    final List<Double> times = new ArrayList<>();

    @Override
    public int size() {
      return inner.size();
    }

    @Override
    public void noise(double[] x, Node node, int[] labels, double[] noise) {
      times.add(node.t());
      inner.noise(x, node, labels, noise);
    }
  }

  @Test
  void stepsTakeAsManyEvaluationsOneAtEachTimeButTheLast() {
    for (int steps : new int[] {1, 2, 3, 4, 5, 12}) {
      Recording model = new Recording();
      Denoiser denoiser = Denoiser.plain(model, 6);
      on(Spacing.KARRAS, steps).sample(noise(), denoiser);
      double[] times = Spacing.KARRAS.times(SCHEDULE, 1e-3, steps);
      assertThat(denoiser.evaluations()).isEqualTo(steps);
      assertThat(model.times)
          .containsExactlyElementsOf(Arrays.stream(times).limit(steps).boxed().toList());
    }
  }

  @Test
  void whatIsNoNumberIsNamed() {
    for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      Recording model =
          new Recording() {
            @Override
            public void noise(double[] x, Node node, int[] labels, double[] noise) {
              super.noise(x, node, labels, noise);
              if (times.size() == 3) {
                noise[4 * size() + 7] = bad;
              }
            }
          };
      Denoiser denoiser = new Denoiser(model, new int[6], 1, Thresholding.NONE, 60);
      double t = Spacing.TIME_UNIFORM.times(SCHEDULE, 1e-3, 5)[2];
      assertThatThrownBy(() -> on(Spacing.TIME_UNIFORM, 5).sample(noise(), denoiser))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "The model predicts %s for sample 64 (row 4 of a batch) at step 3, t = %s; expected finite numbers.",
              bad, t);
    }
  }

  @Test
  void rowsDoNotKnowEachOther() {
    double[] noise = noise();
    double[] together = sample(MIXTURE, noise, Spacing.TIME_UNIFORM, 6);
    for (int row = 0; row < 6; row++) {
      double[] own = Arrays.copyOfRange(noise, row * 16, row * 16 + 16);
      assertThat(sample(MIXTURE, own, Spacing.TIME_UNIFORM, 6))
          .isEqualTo(Arrays.copyOfRange(together, row * 16, row * 16 + 16));
    }
  }

  @Test
  void theNoiseIsNotChangedAndTheSameAgainIsTheSame() {
    double[] noise = noise();
    double[] first = sample(MIXTURE, noise, Spacing.LOG_SNR, 7);
    assertThat(noise).isEqualTo(noise());
    assertThat(sample(MIXTURE, noise, Spacing.LOG_SNR, 7)).isEqualTo(first);
  }

  @Test
  void ratiosOfOneChangeNothing() {
    double[] ones = {1, 1, 1, 1, 1, 1};
    double[] compensated =
        on(Spacing.TIME_UNIFORM, 6).sample(noise(), ones, Denoiser.plain(MIXTURE.open(), 6));
    assertThat(compensated).isEqualTo(sample(MIXTURE, noise(), Spacing.TIME_UNIFORM, 6));
  }

  @Test
  void aRatioActsFromTheThirdUpdateOn() {
    for (int update = 1; update <= 6; update++) {
      double[] ratios = {1, 1, 1, 1, 1, 1};
      ratios[update - 1] = 1.2;
      double[] compensated =
          on(Spacing.TIME_UNIFORM, 6).sample(noise(), ratios, Denoiser.plain(MIXTURE.open(), 6));
      double distance =
          Mixtures.distance(compensated, sample(MIXTURE, noise(), Spacing.TIME_UNIFORM, 6));
      if (Compensation.isFree(update)) {
        assertThat(distance).isGreaterThan(1e-6);
      } else {
        assertThat(distance).isZero();
      }
    }
  }

  @Test
  void ratiosOfAnotherLengthAreRefused() {
    assertThatThrownBy(
            () ->
                on(Spacing.TIME_UNIFORM, 6)
                    .sample(noise(), new double[5], Denoiser.plain(MIXTURE.open(), 6)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Data N(mu, s^2) with s tiny: m is constant, which every data or noise form gets exactly. */
  @Test
  void aPointIsReachedExactlyByASingleStep() {
    GaussianMixture point =
        new GaussianMixture(
            new double[] {1}, new double[][] {{0.7, -1.3}}, new double[] {1e-9}, new int[0]);
    double[] x = sample(point, new double[] {0.4, 2}, Spacing.LOG_SNR, 1);
    Node end = SCHEDULE.node(1e-3);
    Node start = SCHEDULE.node(1);
    double[] expected = {
      end.alpha() * 0.7 + end.sigma() / start.sigma() * (0.4 - start.alpha() * 0.7),
      end.alpha() * -1.3 + end.sigma() / start.sigma() * (2 + start.alpha() * 1.3)
    };
    assertThat(x).containsExactly(expected, within(1e-9));
  }

  @Test
  void itConvergesAtItsOrder() {
    double[] noise = noise();
    double[] times = {1, 1e-3};
    double[] truth =
        new ReferenceSolution(ReferenceSolution.Method.RK4, 1200, SCHEDULE)
            .states(noise, times, Denoiser.plain(MIXTURE.open(), 6))[1];
    double[] error = new double[2];
    int[] steps = {160, 320};
    Solver free =
        new Solver(
            solver().name(),
            solver().order(),
            solver().variant(),
            solver().corrector(),
            FinalOrder.NEVER);
    for (int i = 0; i < 2; i++) {
      double[] grid = Spacing.LOG_SNR.times(SCHEDULE, 1e-3, steps[i]);
      double[] x = free.on(SCHEDULE, grid).sample(noise, Denoiser.plain(MIXTURE.open(), 6));
      error[i] = Mixtures.distance(x, truth);
    }
    double measured = Math.log(error[0] / error[1]) / Math.log(2);
    assertThat(measured).isBetween(convergenceOrder() - 0.35, convergenceOrder() + 0.35);
  }

  @Test
  void itTravelsAsBytes() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(solver());
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(solver());
    }
  }
}
