package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovModel;
import org.junit.jupiter.api.Test;

class CachedModelTest {
  private static final DiffusionProcess PROCESS =
      new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 5);

  @Test
  void sparesUnchangedRowsAndNothingElse() {
    CachedModel cached = new CachedModel(teacher());
    int[] states = {5, 5, 5, 3, 5, 5};
    double[] scores = new double[6 * 6];
    cached.scores(states, 2, .9, scores);
    assertThat(cached.evaluationsSpared()).isZero();
    states[1] = 2; // the first row changes
    cached.scores(states, 2, .4, scores);
    assertThat(cached.evaluationsSpared()).isEqualTo(1);
    double[] expected = new double[6 * 6];
    teacher().scores(states, 2, .4, expected);
    assertThat(scores).containsExactly(expected, within(1e-12));
  }

  @Test
  void largerBatchesAreServed() {
    CachedModel cached = new CachedModel(teacher());
    double[] scores = new double[6 * 6];
    cached.scores(new int[] {5, 5, 5}, 1, .9, scores);
    int[] states = {5, 5, 5, 3, 5, 5};
    cached.scores(states, 2, .4, scores);
    double[] expected = new double[6 * 6];
    teacher().scores(states, 2, .4, expected);
    assertThat(scores).containsExactly(expected, within(1e-12));
  }

  @Test
  void samplerDrawsTheSameAndCountsThePlainCost() {
    GridSampler sampler =
        new GridSampler(
            "mdlm",
            new MdlmAncestral(),
            GridSampler.uniformTimes(32, 1e-3),
            ScoreTransform.IDENTITY,
            true);
    CachedModel cached = new CachedModel(teacher());
    long[] ids = {1, 2, 3, 4};
    DiscreteSampler.Samples samples = sampler.sample(cached, 1, ids);
    assertThat(samples.tokens()).isEqualTo(sampler.sample(teacher(), 1, ids).tokens());
    assertThat(samples.evaluations()).isEqualTo(33);
    // A row of 3 symbols changes 3 times at most: 4 of its 33 evaluations are needed.
    assertThat(cached.evaluationsSpared()).isGreaterThanOrEqualTo(4 * 29);
  }

  @Test
  void posteriorsThatDependOnTheTimeAreRefused() {
    assertThatThrownBy(() -> new CachedModel(new RecordingModel(teacher())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static DiscreteModel teacher() {
    return new MarkovModel(MarkovChain.countdown(5), PROCESS, 3);
  }
}
