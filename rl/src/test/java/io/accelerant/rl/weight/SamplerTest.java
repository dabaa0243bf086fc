package io.accelerant.rl.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final long PURPOSE = RandomStream.purpose("test.sampler");

  @Test
  void transitionsAreDrawnByMassAndThenByStep() {
    double[] mass = {0.5, 0, 0.3, 0.2};
    int[] lengths = {2, 4, 1, 5};
    double[][] count = new double[4][5];
    TransitionSampler sampler = new TransitionSampler(mass, lengths);
    int draws = 200_000;
    for (int i = 0; i < draws; i++) {
      TransitionSampler.Draw draw = sampler.draw(new RandomStream(1, PURPOSE, i, 0));
      count[draw.episode()][draw.step()]++;
    }
    double chi = 0;
    for (int e = 0; e < 4; e++) {
      for (int t = 0; t < lengths[e]; t++) {
        double expected = draws * mass[e] / lengths[e];
        if (expected == 0) {
          assertThat(count[e][t]).isZero();
        } else {
          chi += (count[e][t] - expected) * (count[e][t] - expected) / expected;
        }
      }
    }
    assertThat(chi).isLessThan(24.3); // 7 degrees of freedom, p = 0.001
  }

  @Test
  void aTableOfOneHeavyAndManyLightIsExact() {
    double[] mass = new double[1000];
    java.util.Arrays.fill(mass, 1e-9);
    mass[617] = 1;
    AliasTable table = new AliasTable(mass);
    RandomStream stream = new RandomStream(1, PURPOSE, 0, 0);
    for (int i = 0; i < 10_000; i++) {
      assertThat(table.draw(stream)).isEqualTo(617);
    }
    assertThatThrownBy(() -> new AliasTable(new double[] {0, 0})).hasMessageContaining("sum");
    assertThatThrownBy(() -> new AliasTable(new double[] {1, Double.NaN}))
        .hasMessageContaining("mass 1");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 1.5, 40})
  void poissonHasItsMeanAndVariance(double mean) {
    int draws = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double count = Poisson.draw(mean, new RandomStream(2, PURPOSE, i, 0));
      sum += count;
      squares += (count - mean) * (count - mean);
    }
    double error = 4 * Math.sqrt((mean + 3 * mean * mean) / draws);
    assertThat(sum / draws).isCloseTo(mean, within(4 * Math.sqrt(mean / draws) + 1e-12));
    assertThat(squares / draws).isCloseTo(mean, within(error + 1e-12));
  }
}
