package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossTest {
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);
  private static final DiffusionProcess ABSORB =
      new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 4);

  @Test
  void scoreEntropyOfNormalisedScoresIsWeightedCrossEntropy() {
    MarkovChain chain = MarkovChain.countdown(4);
    MarkovModel teacher = new MarkovModel(chain, ABSORB, 8);
    double[] scores = new double[8 * 5];
    for (int id = 0; id < 20; id++) {
      RandomStream stream = new RandomStream(1, 3, id, 0);
      int[] data = chain.sample(8, stream);
      double t = .01 + .99 * stream.nextDouble();
      int[] noisy = ForwardProcess.corrupt(ABSORB, data, t, stream);
      teacher.scores(noisy, 1, t, scores);
      double[] posterior = posterior(noisy, scores, t);
      double crossEntropy = CrossEntropy.timeWeighted(ABSORB, data, noisy, t, posterior);
      assertThat(ScoreEntropy.loss(ABSORB, data, noisy, t, scores))
          .isCloseTo(crossEntropy, within(1e-10 * Math.max(1, crossEntropy)));
      assertThat(CrossEntropy.weight(ABSORB, t)).isCloseTo(1 / t, within(1e-10 / t));
      assertThat(CrossEntropy.lambda(ABSORB, data, noisy, t, posterior))
          .isCloseTo(crossEntropy, within(1e-10 * Math.max(1, crossEntropy)));
    }
  }

  /** The mean over all x_0 and all x_t, exactly. */
  @ParameterizedTest
  @EnumSource(DiffusionGraph.class)
  void exactScoresHaveTheLeastExpectedLoss(DiffusionGraph graph) {
    ExactToy toy = ExactToy.reference(graph);
    double least = expectedLoss(toy, .5, 1);
    assertThat(least).isGreaterThan(0);
    for (double factor : new double[] {.8, .99, 1.01, 1.3}) {
      assertThat(expectedLoss(toy, .5, factor)).isGreaterThan(least);
    }
  }

  @Test
  void scoreEntropyOfTheTrueRatiosIsZero() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.UNIFORM, NOISE, 4);
    int[] data = {2, 0, 3};
    int[] noisy = {2, 1, 1};
    double[] scores = new double[12];
    for (int i = 0; i < 3; i++) {
      double[] certain = new double[4];
      certain[data[i]] = 1;
      Scores.fromPosterior(process, noisy[i], certain, 0, .4, scores, i * 4);
    }
    assertThat(ScoreEntropy.loss(process, data, noisy, .4, scores)).isCloseTo(0, within(1e-12));
  }

  /**
   * With exact posteriors every order of unmasking has the same likelihood, so the mean over k and
   * masks is -log p.
   */
  @Test
  void meanOfCrossEntropyWithExactlyKMasksIsTheLikelihood() {
    int length = 5;
    MarkovChain chain = MarkovChain.countdown(4);
    MarkovModel teacher = new MarkovModel(chain, ABSORB, length);
    int[] data = {2, 1, 0, 3, 2};
    double[] sum = new double[length + 1];
    int[] masks = new int[length + 1];
    double[] scores = new double[length * 5];
    for (int pattern = 1; pattern < 1 << length; pattern++) {
      int[] noisy = data.clone();
      for (int i = 0; i < length; i++) {
        noisy[i] = (pattern >> i & 1) == 1 ? ABSORB.mask() : data[i];
      }
      teacher.scores(noisy, 1, .5, scores);
      int k = Integer.bitCount(pattern);
      sum[k] += CrossEntropy.exactly(ABSORB, data, noisy, k, posterior(noisy, scores, .5));
      masks[k]++;
    }
    double mean = 0;
    for (int k = 1; k <= length; k++) {
      mean += sum[k] / masks[k] / length;
    }
    assertThat(mean).isCloseTo(-chain.logProbability(data, 0, length), within(1e-10));
  }

  private static double expectedLoss(ExactToy toy, double t, double factor) {
    DiffusionProcess process = toy.process();
    double[] data = toy.data();
    double[][] scores = toy.scores(t);
    double expected = 0;
    for (int n = 0; n < scores.length; n++) {
      int[] noisy = toy.states()[n];
      double[] scaled = Arrays.stream(scores[n]).map(s -> s * factor).toArray();
      for (int m = 0; m < data.length; m++) {
        double weight = data[m];
        for (int i = 0; i < noisy.length; i++) {
          weight *= ForwardProcess.probability(process, toy.states()[m][i], noisy[i], t);
        }
        if (weight > 0) {
          expected += weight * ScoreEntropy.loss(process, toy.states()[m], noisy, t, scaled);
        }
      }
    }
    return expected;
  }

  /** [L][V] from absorbing scores; rows of unmasked positions hold nothing that is read. */
  private static double[] posterior(int[] noisy, double[] scores, double t) {
    double[] posterior = new double[noisy.length * 4];
    for (int j = 0; j < posterior.length; j++) {
      posterior[j] = scores[j / 4 * 5 + j % 4] / Scores.scale(ABSORB, t);
    }
    return posterior;
  }
}
