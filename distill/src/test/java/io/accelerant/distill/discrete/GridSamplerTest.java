package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.model.markov.MarkovModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GridSamplerTest {
  /** Drawn samples against the law that the same sampler has without Monte Carlo. */
  @ParameterizedTest
  @EnumSource(DiffusionGraph.class)
  void samplesFollowTheExactLaw(DiffusionGraph graph) {
    ExactToy toy = ExactToy.reference(graph);
    double[] times = GridSampler.uniformTimes(3, ExactToy.END);
    ScoreTransform transform = // a learned sampler, which may not touch its own entry
        (process, step, symbol, time, scores, offset) -> {
          for (int y = 0; y < process.symbols(); y++) {
            scores[offset + y] *= y == symbol ? 1 : 1 + .1 * step;
          }
        };
    double[] law = toy.law(new Euler(), times, transform);
    long[] ids = new long[20_000];
    Arrays.setAll(ids, b -> b);
    int[] tokens =
        new GridSampler("euler", new Euler(), times, transform, true)
            .sample(new MarkovModel(toy.chain(), toy.process(), 3), 5, ids)
            .tokens();
    assertThat(chiSquare(toy, law, tokens)).isLessThan(26 + 6 * Math.sqrt(52));
  }

  @Test
  void masksThatAreLeftAreCountedAndRemoved() {
    ExactToy toy = ExactToy.reference(DiffusionGraph.ABSORB);
    long[] ids = new long[2000];
    Arrays.setAll(ids, b -> b);
    double[] half = {1, .5};
    DiscreteSampler.Samples samples =
        new GridSampler("euler", new Euler(), half, ScoreTransform.IDENTITY, true)
            .sample(new MarkovModel(toy.chain(), toy.process(), 3), 5, ids);
    assertThat(samples.leftMasked() / 6000.0).isCloseTo(.5, within(.03));
    assertThat(samples.evaluations()).isEqualTo(2);
    assertThat(Arrays.stream(samples.tokens())).allMatch(x -> x < 3);
    DiscreteSampler.Samples raw =
        new GridSampler("euler", new Euler(), half, ScoreTransform.IDENTITY, false)
            .sample(new MarkovModel(toy.chain(), toy.process(), 3), 5, ids);
    assertThat(Arrays.stream(raw.tokens()).filter(x -> x == 3).count())
        .isEqualTo(samples.leftMasked());
    assertThat(raw.evaluations()).isEqualTo(1);
  }

  @Test
  void samplersOfASeedShareThePrior() {
    DiffusionProcess process = ExactToy.reference(DiffusionGraph.UNIFORM).process();
    int[] both = Walk.prior(process, 20, 3, new long[] {8, 9});
    int[] second = Walk.prior(process, 20, 3, new long[] {9});
    assertThat(second).isEqualTo(Arrays.copyOfRange(both, 20, 40));
    assertThat(Arrays.stream(both).distinct().sorted().toArray()).containsExactly(0, 1, 2);
  }

  @Test
  void uniformTimesEndWhereToldTo() {
    double[] times = GridSampler.uniformTimes(3, 1e-3);
    assertThat(times).containsExactly(new double[] {1, .667, .334, 1e-3}, within(1e-12));
    assertThat(times[3]).isEqualTo(1e-3);
  }

  @Test
  void badGridsAreRefused() {
    for (double[] times : new double[][] {{1}, {1, 0}, {1, .5, .5}, {1.1, .5}, {1, Double.NaN}}) {
      assertThatThrownBy(
              () -> new GridSampler("euler", new Euler(), times, ScoreTransform.IDENTITY, true))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  static double chiSquare(ExactToy toy, double[] law, int[] tokens) {
    int symbols = toy.process().symbols();
    double[] counts = new double[law.length];
    for (int b = 0; b < tokens.length; b += 3) {
      counts[(tokens[b] * symbols + tokens[b + 1]) * symbols + tokens[b + 2]]++;
    }
    double draws = tokens.length / 3.0;
    double sum = 0;
    for (int n = 0; n < law.length; n++) {
      if (law[n] > 0) {
        sum += (counts[n] - draws * law[n]) * (counts[n] - draws * law[n]) / (draws * law[n]);
      } else {
        assertThat(counts[n]).isZero();
      }
    }
    return sum;
  }
}
