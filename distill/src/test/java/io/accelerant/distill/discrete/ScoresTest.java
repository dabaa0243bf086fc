package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovModel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ScoresTest {
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);
  private static final DiffusionProcess ABSORB =
      new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 3);
  private static final DiffusionProcess UNIFORM =
      new DiffusionProcess(DiffusionGraph.UNIFORM, NOISE, 3);

  @Test
  void scoresOfMaskedPositionsSumToTheScale() {
    MarkovChain chain = MarkovChain.countdown(3);
    int[] state = {3, 2, 3, 3, 0, 3};
    double[] scores = new double[6 * 4];
    for (double t : new double[] {1e-3, .4, 1}) {
      new MarkovModel(chain, ABSORB, 6).scores(state, 1, t, scores);
      double scale = Scores.scale(ABSORB, t);
      for (int i = 0; i < 6; i++) {
        double sum = Arrays.stream(scores, i * 4, i * 4 + 3).sum();
        double expected = state[i] == 3 ? scale : 1;
        assertThat(sum).isCloseTo(expected, within(1e-12 * expected));
        assertThat(scores[i * 4 + state[i]]).isEqualTo(1);
      }
    }
  }

  /** The score of the enumerated model against the posterior of the enumerated model. */
  @Test
  void uniformScoresFollowFromThePosterior() {
    ExactToy toy = ExactToy.reference(DiffusionGraph.UNIFORM);
    double t = .6;
    double[][] scores = toy.scores(t);
    for (int n = 0; n < scores.length; n++) {
      int[] state = toy.states()[n];
      for (int i = 0; i < 3; i++) {
        double[] actual = new double[3];
        Scores.fromPosterior(UNIFORM, state[i], posterior(toy, state, i, t), 0, t, actual, 0);
        assertThat(actual)
            .containsExactly(Arrays.copyOfRange(scores[n], i * 3, i * 3 + 3), within(1e-12));
      }
    }
  }

  @Test
  void seddOutputIsUnscaledAndCleaned() {
    double t = .3;
    double total = NOISE.total(t);
    double[] row = {.5, -1, 2, 77};
    Scores.fromSedd(ABSORB, 3, t, row, 0);
    double factor = 1 / (StrictMath.expm1(total) * 3); // S - 1 = V = 3
    assertThat(row)
        .containsExactly(
            new double[] {
              factor * StrictMath.exp(.5),
              factor * StrictMath.exp(-1),
              factor * StrictMath.exp(2),
              1
            },
            within(1e-12));
    double[] unmasked = {.5, -1, 2, 77};
    Scores.fromSedd(ABSORB, 1, t, unmasked, 0);
    assertThat(unmasked).containsExactly(0, 1, 0, 0);
    double[] uniform = {.5, -1, 2};
    Scores.fromSedd(UNIFORM, 2, t, uniform, 0);
    assertThat(uniform)
        .containsExactly(new double[] {StrictMath.exp(.5), StrictMath.exp(-1), 1}, within(1e-12));
  }

  @Test
  void seddOutputStaysFiniteAtAnyNoise() {
    DiffusionProcess loud =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.Geometric(1e-9, 2000), 3);
    for (double t : new double[] {0, 1}) {
      double[] row = {0, 0, 0, 0};
      Scores.fromSedd(loud, 3, t, row, 0);
      assertThat(row[0]).isBetween(0.0, 1e9).isEqualTo(row[2]);
    }
  }

  @Test
  void subsLogitsAreSoftmaxOverTheData() {
    double t = .3;
    double scale = Scores.scale(ABSORB, t);
    double[] row = {1000, 1001, Double.NEGATIVE_INFINITY, 5000};
    Scores.fromSubs(ABSORB, 3, t, row, 0);
    double p = 1 / (1 + StrictMath.E);
    assertThat(row).containsExactly(new double[] {scale * p, scale * (1 - p), 0, 1}, within(1e-12));
    double[] unmasked = {1, 2, 3, 4};
    Scores.fromSubs(ABSORB, 0, t, unmasked, 0);
    assertThat(unmasked).containsExactly(1, 0, 0, 0);
  }

  @Test
  void brokenLogScoresDoNotBecomeNumbers() {
    for (double bad : new double[] {Double.NaN, 1e4, Double.POSITIVE_INFINITY}) {
      double[] scores = {0, bad, 0};
      Scores.fromLog(UNIFORM, 0, scores, 0);
      assertThat(Double.isFinite(scores[1])).as("%s", bad).isFalse();
    }
    double[] row = {Double.NaN, Double.NEGATIVE_INFINITY, 0};
    Scores.fromLog(UNIFORM, 0, row, 0); // the own entry is not read
    assertThat(row).containsExactly(1, 0, 1);
  }

  /** p(x0_i = a | x) by enumeration. */
  private static double[] posterior(ExactToy toy, int[] state, int i, double t) {
    double[] law = new double[3];
    double[] data = toy.data();
    for (int m = 0; m < data.length; m++) {
      double path = data[m];
      for (int j = 0; j < 3; j++) {
        path *= ForwardProcess.probability(UNIFORM, toy.states()[m][j], state[j], t);
      }
      law[toy.states()[m][i]] += path;
    }
    double sum = Arrays.stream(law).sum();
    return Arrays.stream(law).map(p -> p / sum).toArray();
  }
}
