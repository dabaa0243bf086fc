package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The update of DPM-Solver-v3 and what it becomes for statistics that are known. */
class ModelStatisticsTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final int POINTS = 121;
  private static final GaussianMixture MIXTURE = Mixtures.sixteen(3);
  private static final Offset<Double> ROUNDING = within(1e-11);

  private static ModelStatistics.Subject subject() {
    return new ModelStatistics.Subject("hash", SCHEDULE, 1e-3, 1, List.of());
  }

  private static ModelStatistics constant(double l, double s, double b) {
    return ModelStatistics.constant(subject(), POINTS, 16, l, s, b);
  }

  private static Node node(int point) {
    return SCHEDULE.node(ModelStatistics.times(subject(), POINTS)[point]);
  }

  /** Evaluations of the mixture at some x, newest first. */
  private static List<Evaluated> history(int... points) {
    List<Evaluated> history = new ArrayList<>();
    for (int point : points) {
      double[] x = Mixtures.noise(3, 16, point);
      Denoiser model = Denoiser.plain(MIXTURE.open(), 3);
      history.add(new Evaluated(node(point), x, model.output(x, node(point), Form.NOISE, 1)));
    }
    return history;
  }

  private static Step step(Form form, List<Evaluated> history, Node t) {
    History outputs = History.empty();
    for (int j = history.size() - 1; j >= 0; j--) {
      Evaluated at = history.get(j);
      double[] m = at.noise().clone();
      for (int i = 0; i < m.length && form == Form.DATA; i++) {
        m[i] = (at.x()[i] - at.node().sigma() * m[i]) / at.node().alpha();
      }
      outputs = outputs.push(at.node(), m);
    }
    return new Step(form, outputs, t);
  }

  /** The exact integral of the polynomial in lambda through the last outputs. */
  private static double[] taylor(double[] x, Step step, int order) {
    if (order == 1) {
      return step.ddim(x);
    }
    double z = step.z();
    if (order == 3) {
      return new UniPc(UniPc.Variant.BH2).predict(x, step, 3); // B cancels
    }
    double[] y = step.ddim(x);
    double c = -step.scale() * z * UniPc.phi(2, z) / step.r(1); // int of the first derivative
    for (int i = 0; i < y.length; i++) {
      y[i] += c * (step.m(1)[i] - step.m(0)[i]);
    }
    return y;
  }

  @Test
  void oneAndNothingIsDataPredictionAndNothingAndMinusOneIsNoisePrediction() {
    List<Evaluated> history = history(60, 47, 41);
    double[] x = history.get(0).x();
    for (int t : new int[] {61, 75, 120}) {
      for (int order = 1; order <= 3; order++) {
        List<Evaluated> used = history.subList(0, order);
        assertThat(constant(1, 0, 0).predict(x, used, node(t), order, false))
            .containsExactly(taylor(x, step(Form.DATA, used, node(t)), order), within(1e-10));
        assertThat(constant(0, -1, 0).predict(x, used, node(t), order, false))
            .containsExactly(taylor(x, step(Form.NOISE, used, node(t)), order), within(1e-10));
      }
    }
  }

  @Test
  void asDataPredictionTheCorrectorIsThatOfUniPc() {
    List<Evaluated> history = history(60, 47, 41);
    double[] x = history.get(0).x();
    Evaluated predicted = history(72).get(0);
    double[] m = step(Form.DATA, List.of(predicted), node(73)).m(0);
    for (int order = 2; order <= 3; order++) {
      List<Evaluated> used = history.subList(0, order);
      assertThat(constant(1, 0, 0).correct(x, used, predicted, order, false))
          .containsExactly(
              new UniPc(UniPc.Variant.BH1)
                  .correct(x, step(Form.DATA, used, predicted.node()), m, order),
              within(1e-10));
    }
  }

  @Test
  void pseudoOrderTwoIsOrderTwoAndTakesDerivativesFromTheNearest() {
    List<Evaluated> history = history(60, 47, 41);
    double[] x = history.get(0).x();
    ModelStatistics some = constant(.7, -.2, .1);
    assertThat(some.predict(x, history, node(72), 2, true))
        .isEqualTo(some.predict(x, history, node(72), 2, false));
    assertThat(some.predict(x, history, node(72), 3, true))
        .isNotEqualTo(some.predict(x, history, node(72), 3, false));
  }

  /** Where f' = s f + b holds with constant l, s, b, one step of any length is exact. */
  @Test
  void aLinearRestIsSolvedInOneStepAndGIsTheSameAtEveryNode() {
    double l = .6;
    double s = -.35;
    double b = .8;
    ModelStatistics statistics = ModelStatistics.constant(subject(), POINTS, 1, l, s, b);
    List<Evaluated> along = new ArrayList<>();
    for (int point : new int[] {50, 40, 30, 115}) {
      Node node = node(point);
      double time = statistics.lambda(point);
      double f = 1.3 * Math.exp(s * time) - b / s;
      // y' = -l y - f
      double y = 2 * Math.exp(-l * time) - 1.3 * Math.exp(s * time) / (l + s) + b / s / l;
      double noise = (node.alpha() * f + l * node.alpha() * y) / node.sigma();
      along.add(new Evaluated(node, new double[] {node.alpha() * y}, new double[] {noise}));
    }
    Evaluated end = along.remove(3);
    for (int order = 1; order <= 3; order++) {
      for (boolean pseudo : new boolean[] {false, true}) {
        assertThat(statistics.predict(along.get(0).x(), along, end.node(), order, pseudo))
            .containsExactly(end.x(), within(1e-6)); // b times the collocation's error
        assertThat(statistics.correct(along.get(0).x(), along, end, order, pseudo))
            .containsExactly(end.x(), within(1e-6));
      }
    }
  }

  /** x ~ N(0, diag c): l = sigma^2/(alpha^2 c + sigma^2) leaves nothing, and one step is exact. */
  @Test
  void aDiagonalGaussianIsSolvedInOneStep() {
    double[] c = {.04, .5, 1, 3};
    int points = 4801;
    double[] times = ModelStatistics.times(subject(), points);
    double[][] l = new double[points][c.length];
    for (int point = 0; point < points; point++) {
      Node node = SCHEDULE.node(times[point]);
      for (int i = 0; i < c.length; i++) {
        l[point][i] = share(node, c[i]);
      }
    }
    double[][] zero = new double[points][c.length];
    ModelStatistics statistics = new ModelStatistics(subject(), l, zero, zero);
    double[] x = {.3, -1.2, .8, 2};
    for (int[] step : new int[][] {{0, 4800}, {0, 2400}, {1000, 3017}}) {
      Node from = SCHEDULE.node(times[step[0]]);
      Node to = SCHEDULE.node(times[step[1]]);
      double[] noise = new double[c.length];
      double[] exact = new double[c.length];
      for (int i = 0; i < c.length; i++) {
        noise[i] = share(from, c[i]) * x[i] / from.sigma();
        exact[i] = x[i] * Math.sqrt(variance(to, c[i]) / variance(from, c[i]));
      }
      List<Evaluated> history = List.of(new Evaluated(from, x, noise));
      assertThat(statistics.predict(x, history, to, 1, false))
          .containsExactly(exact, within(1e-10));
    }
  }

  private static double variance(Node node, double c) {
    return node.alpha() * node.alpha() * c + node.sigma() * node.sigma();
  }

  private static double share(Node node, double c) {
    return node.sigma() * node.sigma() / variance(node, c);
  }

  @Test
  void movingAnEvaluationLeavesEveryLaterUpdateItsG() {
    ModelStatistics some = constant(.7, -.2, .1);
    Evaluated at = history(60).get(0);
    double[] other = Mixtures.noise(3, 16, 99);
    Evaluated moved = some.moved(at, other);
    for (int i = 0; i < other.length; i++) {
      double sigma = at.node().sigma();
      assertThat(sigma * moved.noise()[i] - .7 * other[i])
          .isCloseTo(sigma * at.noise()[i] - .7 * at.x()[i], ROUNDING);
    }
    double[] x = at.x();
    assertThat(some.predict(x, List.of(moved), node(72), 1, false))
        .containsExactly(some.predict(x, List.of(at), node(72), 1, false), within(1e-10));
  }

  @Test
  void timesAreRoundedToTheGridAndTooManyAreRefused() {
    ModelStatistics some = constant(1, 0, 0);
    double[] grid = ModelStatistics.times(subject(), POINTS);
    double[] rounded = some.onGrid(Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 7));
    assertThat(rounded).hasSize(8).startsWith(1).endsWith(1e-3);
    assertThat(grid).contains(rounded);
    assertThatThrownBy(() -> some.onGrid(Spacing.LOG_SNR.times(SCHEDULE, 1e-3, 200)))
        .hasMessageContaining("same of the 121 grid points");
    assertThatThrownBy(() -> some.onGrid(Spacing.LOG_SNR.times(SCHEDULE, 1e-2, 7)))
        .hasMessageContaining("times go from 1.0 to 0.01");
    assertThatThrownBy(() -> some.step(List.of(SCHEDULE.node(.5)), node(120), false))
        .hasMessageContaining("not on the grid");
  }

  @Test
  void whatIsWrittenReadsBackToTheBit() {
    ModelStatistics some = constant(.7, -.2, .1);
    byte[] file = Safetensors.bytes(some.tensors(), Map.of());
    Map<String, Object> json = CanonicalJson.readObject(CanonicalJson.bytes(some.toJson()), "j");
    ModelStatistics again =
        ModelStatistics.of(json, SafetensorsFile.of(file, "statistics"), "statistics.json");
    assertThat(again.subject()).isEqualTo(some.subject());
    List<Evaluated> history = history(60, 47, 41);
    assertThat(again.predict(history.get(0).x(), history, node(72), 3, true))
        .isEqualTo(some.predict(history.get(0).x(), history, node(72), 3, true));
    json.put("points", 12);
    assertThatThrownBy(
            () -> ModelStatistics.of(json, SafetensorsFile.of(file, "statistics"), "s.json"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("s.json is damaged: tensor l has shape [121, 16]");
  }
}
