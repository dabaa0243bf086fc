package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianMixtureTest {
  private static final Schedule SCHEDULE = VpLinear.standard();

  private static double[] noise(GaussianMixture mixture, double[] x, double t, int... labels) {
    double[] noise = new double[x.length];
    mixture.open().noise(x, SCHEDULE.node(t), labels, noise);
    return noise;
  }

  /** eps = -sigma grad ln p_t, by differences of the density itself. */
  @Test
  void theNoiseIsTheScoreOfTheDensity() {
    double[] x = {0.3, -0.2};
    Node node = SCHEDULE.node(0.3);
    for (int label : new int[] {ContinuousModel.NO_LABEL, 0, 1}) {
      double[] noise = noise(Mixtures.plane(), x, 0.3, label);
      for (int i = 0; i < 2; i++) {
        double[] up = x.clone();
        double[] down = x.clone();
        up[i] += 1e-5;
        down[i] -= 1e-5;
        double slope = (logDensity(up, node, label) - logDensity(down, node, label)) / 2e-5;
        assertThat(noise[i]).isCloseTo(-node.sigma() * slope, within(1e-8));
      }
    }
  }

  private static double logDensity(double[] x, Node node, int label) {
    double[] w = {.4, .6};
    double[][] mu = {{1, 0}, {-.5, .8}};
    double[] s = {.3, .5};
    double p = 0;
    for (int k = 0; k < 2; k++) {
      if (label == ContinuousModel.NO_LABEL || label == k) {
        double v = Math.pow(node.alpha() * s[k], 2) + Math.pow(node.sigma(), 2);
        double q =
            Math.pow(x[0] - node.alpha() * mu[k][0], 2)
                + Math.pow(x[1] - node.alpha() * mu[k][1], 2);
        p += w[k] * Math.exp(-q / (2 * v)) / v;
      }
    }
    return Math.log(p);
  }

  @Test
  void farFromEveryModeItIsStillFinite() {
    double[] noise =
        noise(Mixtures.plane(), new double[] {1e6, -1e6}, 1e-3, ContinuousModel.NO_LABEL);
    assertThat(java.util.Arrays.stream(noise)).allMatch(Double::isFinite);
  }

  @Test
  void guidanceMovesFromFreeToConditional() {
    double[] x = {0.1, 0.5, 0.1, 0.5};
    Node node = SCHEDULE.node(0.4);
    double[] conditional = noise(Mixtures.plane(), x, 0.4, 1, 0);
    double[] free =
        noise(Mixtures.plane(), x, 0.4, ContinuousModel.NO_LABEL, ContinuousModel.NO_LABEL);
    Denoiser guided =
        new Denoiser(Mixtures.plane().open(), new int[] {1, 0}, 7.5, Thresholding.NONE);
    double[] out = guided.output(x, node, Form.NOISE, 1);
    for (int i = 0; i < 4; i++) {
      assertThat(out[i]).isCloseTo(free[i] + 7.5 * (conditional[i] - free[i]), within(1e-13));
    }
    assertThat(guided.evaluations()).isEqualTo(1);
    assertThat(guided.modelCalls()).isEqualTo(2);
  }

  @Test
  void thresholdingClipsAtTheQuantileAndScales() {
    double[] m = {0.5, -0.2, 3, -4, 0, 1, 2, 8, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    new Thresholding(0.5).apply(m, 8);
    // sorted magnitudes 0 .2 .5 1 2 3 4 8: the median is 1.5
    double[] first = {0.5 / 1.5, -0.2 / 1.5, 1, -1, 0, 1 / 1.5, 1, 1};
    assertThat(java.util.Arrays.copyOf(m, 8)).containsExactly(first, within(1e-15));
    assertThat(m[8]).isEqualTo(0.5); // below 1 nothing is scaled
  }

  @Test
  void jsonGivesBackTheSameModel() {
    GaussianMixture mixture = Mixtures.sixteen(9);
    GaussianMixture back =
        GaussianMixture.fromJson(
            CanonicalJson.readObject(CanonicalJson.write(mixture.toJson()), "m"), "m");
    assertThat(back.modelHash()).isEqualTo(mixture.modelHash());
    assertThat(back.classes()).isEqualTo(2);
    assertThat(back.size()).isEqualTo(16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | m.json: kind must be \"gaussian-mixture\".",
        "{\"kind\":\"gaussian-mixture\",\"wieghts\":[1]} | m.json: wieghts is not known",
        "{\"kind\":\"gaussian-mixture\"} | m.json: weights must be a list that is not empty.",
        "{\"kind\":\"gaussian-mixture\",\"weights\":[1,0],\"deviations\":[1,1],\"means\":[[0],[1]]} | m.json: weights[1] must be positive, is 0.0.",
        "{\"kind\":\"gaussian-mixture\",\"weights\":[1,2],\"deviations\":[1],\"means\":[[0],[1]]} | m.json: deviations must have 2 entries, has 1.",
        "{\"kind\":\"gaussian-mixture\",\"weights\":[1,2],\"deviations\":[1,1],\"means\":[[0],[1,2]]} | m.json: means[1] must have 1 entries, has 2.",
        "{\"kind\":\"gaussian-mixture\",\"weights\":[1,2],\"deviations\":[1,1],\"means\":[[0],[\"x\"]]} | m.json: means[1][0] must be a number, is x.",
        "{\"kind\":\"gaussian-mixture\",\"weights\":[1,2],\"deviations\":[1,1],\"means\":[[0],[1]],\"classes\":[0,2]} | m.json: classes must use every number from 0 to the largest, uses [0, 2].",
        "{\"kind\":\"gaussian-mixture\",\"weights\":[1,2],\"deviations\":[1,1],\"means\":[[0],[1]],\"classes\":[0,0.5]} | m.json: classes[1] must be a whole number from 0, is 0.5."
      })
  void whatIsNoMixtureIsRefusedByTheEntry(String json, String message) {
    assertThatThrownBy(
            () -> GaussianMixture.fromJson(CanonicalJson.readObject(json, "m.json"), "m.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }
}
