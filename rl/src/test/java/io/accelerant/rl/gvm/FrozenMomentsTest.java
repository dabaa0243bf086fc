package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenMomentsTest {
  private static final int SAMPLES = 8;

  /** Gradients of the right ones among eight samples. */
  private static FrozenMoments.Known known(double[]... gradients) {
    boolean[] correct = new boolean[SAMPLES];
    double[] norms = new double[SAMPLES];
    float[] mean = new float[2];
    for (int k = 0; k < gradients.length; k++) {
      correct[k] = true;
      norms[k] = Math.hypot(gradients[k][0], gradients[k][1]);
      mean[0] += (float) (gradients[k][0] / gradients.length);
      mean[1] += (float) (gradients[k][1] / gradients.length);
    }
    return new FrozenMoments.Known(correct, norms, mean);
  }

  /** Means (2, 0), (0, 4) and none; k |mean|^2 - M2 over k - 1 is 3 and 16. */
  private static final FrozenMoments MOMENTS =
      FrozenMoments.of(
          List.of(
              known(new double[] {3, 0}, new double[] {1, 0}),
              known(new double[][] {{0, 4}, {0, 4}, {0, 4}, {0, 4}}),
              known()));

  @Test
  void momentsAreThoseOfTheRightSamples() {
    assertThat(MOMENTS.p()).containsExactly(.25, .5, 0);
    assertThat(MOMENTS.m2()).containsExactly(5, 16, 0);
    assertThat(MOMENTS.mu2()).containsExactly(3, 16, 0);
    assertThat(MOMENTS.gram()).isDeepEqualTo(new double[][] {{3, 0, 0}, {0, 16, 0}, {0, 0, 0}});
    assertThat(MOMENTS.reference()).containsExactly(-2 / 3.0, -4 / 3.0);
    assertThat(MOMENTS.referenceVariance()).isCloseTo((5 - 3) / 2.0 / 9, within(1e-15));
  }

  /** Terms M2/p - mu2 are 17 and 16; the estimated p of the first is twice its own. */
  @Test
  void varianceAndBiasHaveTheirClosedForms() {
    long[] n = {2, 4, 3};
    double[] p = {.25, .5, .1};
    assertThat(MOMENTS.variance(n, p)).isCloseTo((17 / 2.0 + 16 / 4.0) / 9, within(1e-15));
    assertThat(MOMENTS.bias(n, p)).isZero();
    double[] twice = {.5, .5, .1};
    assertThat(MOMENTS.variance(n, twice)).isCloseTo((17 / 4.0 / 2 + 16 / 4.0) / 9, within(1e-15));
    assertThat(MOMENTS.bias(n, twice)).isCloseTo(3 / 4.0 / 9, within(1e-15));
    assertThat(MOMENTS.dropped(n)).isZero();
  }

  @Test
  void whatGetsNoSampleIsABias() {
    long[] n = {2, 0, 0};
    double[] p = {.25, .5, .1};
    assertThat(MOMENTS.variance(n, p)).isCloseTo(17 / 2.0 / 9, within(1e-15));
    assertThat(MOMENTS.bias(n, p)).isCloseTo(16 / 9.0, within(1e-15));
    assertThat(MOMENTS.dropped(n)).isCloseTo(1 / 3.0, within(1e-15));
  }

  /** Products between prompts count: means (1, 0) and (1, 1), a single right sample each. */
  @Test
  void biasesOfPromptsAddUp() {
    FrozenMoments moments =
        FrozenMoments.of(List.of(known(new double[] {1, 0}), known(new double[] {1, 1})));
    long[] none = new long[2];
    double[] p = {.125, .125};
    assertThat(moments.bias(none, p)).isCloseTo((1 + 2 * 1 + 2) / 4.0, within(1e-15));
    assertThat(moments.variance(none, p)).isZero();
  }

  /** About their mean (-2/3, -1/3): squares 1 and 1; to the reference 1 more. */
  @Test
  void gradientsSpreadAboutTheirMean() {
    float third = 1 / 3f;
    FrozenMoments.Spread spread =
        MOMENTS.spread(List.of(new float[] {third, -third}, new float[] {-5 * third, -third}));
    assertThat(spread.variance()).isCloseTo(2, within(1e-6));
    assertThat(spread.error()).isCloseTo(1 + 1 - 1 / 9.0, within(1e-6));
  }

  /** The noise of few samples must not pass for a bias: two prompts of one mean. */
  @Test
  void theNoiseOfTheReferenceIsNoBias() {
    int repetitions = 4000;
    double sum = 0;
    for (int r = 0; r < repetitions; r++) {
      RandomStream draws = new RandomStream(1, RandomStream.purpose("test"), r, 0);
      List<FrozenMoments.Known> known = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        double[][] gradients = new double[8][2];
        for (double[] gradient : gradients) {
          Arrays.setAll(gradient, k -> 1 + 2 * draws.nextGaussian());
        }
        known.add(known(gradients));
      }
      sum += FrozenMoments.of(known).bias(new long[2], new double[] {.5, .5}) / repetitions;
    }
    assertThat(sum).isCloseTo(2, within(.2)); // |(1, 1)|^2; the noise would add 1/2
  }
}
