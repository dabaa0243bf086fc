package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClippedLossTest {
  private static final double[][] OLD = {{-1, -2, -0.5}, {-0.3, -1.2}, {-2}};
  // ratios about 1.65, 1, .61; .90, 1.16; 4.5
  private static final double[][] NEW = {{-0.5, -2, -1}, {-0.4, -1.05}, {-0.5}};
  private static final double[][] REFERENCE = {{-1.5, -1, -1}, {-0.1, -1}, {-3}};
  private static final double[] WEIGHT = {0.5, 0.25, 2};

  @ParameterizedTest
  @CsvSource({
    // A, s, loss: by hand with low .2, high .3, c 3
    "2, 1, -2",
    "2, 1.3, -2.6",
    "2, 1.5, -2.6",
    "2, .5, -1",
    "-2, 1, 2",
    "-2, .8, 1.6",
    "-2, .5, 1.6",
    "-2, 1.5, 3",
    "-2, 3, 6",
    "-2, 4, 6",
    "0, 9, 0"
  })
  void aTokenLossIsThatOfThePaper(double a, double s, double loss) {
    assertThat(new ClippedLoss(0.2, 0.3, 3, 0, false).token(s, a)).isCloseTo(loss, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"1, -1, -.5", "-1, 1, 1", "0, .5, -2", "-2, -.3, 3"})
  void theGradientIsTheSlopeOfTheLoss(double a0, double a1, double a2) {
    double[] a = {a0, a1, a2};
    for (ClippedLoss loss :
        new ClippedLoss[] {
          new ClippedLoss(0.2, 0.3, 3, 0.7, false),
          new ClippedLoss(0.2, 0.3, 3, 0, false),
          new ClippedLoss(0.2, 0.3, Double.POSITIVE_INFINITY, 0.7, true)
        }) {
      double[][] gradient = loss.of(NEW, OLD, REFERENCE, a, WEIGHT).gradient();
      double h = 1e-6;
      for (int j = 0; j < NEW.length; j++) {
        for (int t = 0; t < NEW[j].length; t++) {
          double slope = (moved(loss, a, j, t, h) - moved(loss, a, j, t, -h)) / (2 * h);
          assertThat(gradient[j][t]).as("%s %d %d", loss, j, t).isCloseTo(slope, within(1e-8));
        }
      }
    }
  }

  private static double moved(ClippedLoss loss, double[] a, int j, int t, double h) {
    double[][] moved = {NEW[0].clone(), NEW[1].clone(), NEW[2].clone()};
    moved[j][t] += h;
    return loss.of(moved, OLD, REFERENCE, a, WEIGHT).loss();
  }

  @Test
  void aRatioOfExactlyOneHasTheGradientOfThePlainLoss() {
    double[] a = {1, -1, 2};
    ClippedLoss.Terms clipped = new ClippedLoss(0, 0, 3, 0, false).of(OLD, OLD, OLD, a, WEIGHT);
    assertThat(clipped.gradient())
        .isDeepEqualTo(new ClippedLoss(0, 0, 3, 0, true).of(OLD, OLD, OLD, a, WEIGHT).gradient());
    assertThat(clipped.clipped()).isZero();
    assertThat(clipped.loss()).isEqualTo(-0.5 * 3 + 0.25 * 2 - 2 * 2);
  }

  /** A = 1: the first is above 1.3; A = -1: none; A = -1: 4.5 is above c. */
  @Test
  void clippedTokensAreCountedAndPartsAddUp() {
    ClippedLoss loss = new ClippedLoss(0.2, 0.3, 3, 0.1, false);
    ClippedLoss.Terms terms = loss.of(NEW, OLD, REFERENCE, new double[] {1, -1, -1}, WEIGHT);
    assertThat(terms.clipped()).isEqualTo(2);
    assertThat(terms.loss()).isEqualTo(terms.policy() + 0.1 * terms.divergence());
    double d = -3 + 0.5;
    double last = 2 * (Math.exp(d) - d - 1);
    double others = 0.5 * (kl(-1) + kl(1) + kl(0)) + 0.25 * (kl(0.3) + kl(0.05)); // reference - new
    assertThat(terms.divergence()).isCloseTo(last + others, within(1e-12));
  }

  private static double kl(double d) {
    return Math.exp(d) - d - 1;
  }

  @Test
  void hugeRatiosHaveFiniteLosses() {
    double[][] far = {{800}, {800}, {800}};
    double[][] old = {{-800}, {-800}, {-800}};
    ClippedLoss.Terms terms =
        new ClippedLoss(0.2, 0.2, 3, 0, false)
            .of(far, old, old, new double[] {1, -1, 0}, new double[] {1, 1, 1});
    assertThat(terms.loss()).isCloseTo(-1.2 + 3, within(1e-12));
    assertThat(terms.gradient()).isDeepEqualTo(new double[3][1]);
    assertThatThrownBy(() -> new ClippedLoss(0.2, 0.2, 0.5, 0, false)).hasMessageContaining("dual");
  }

  @Test
  void advantagesOfRightAnswersAndOfGroups() {
    assertThat(Advantages.raft(new double[] {1, 0, -1})).containsExactly(1, 0, 0);
    double[] found =
        Advantages.grpo(new double[] {1, 1, 0, 1, 0, 1}, new long[] {7, 2, 7, 9, 7, 2});
    double deviation = Math.sqrt((4 / 9.0 + 1 / 9.0 + 1 / 9.0) / 2);
    assertThat(found[0]).isCloseTo(2 / 3.0 / (deviation + 1e-6), within(1e-14));
    assertThat(found[2]).isCloseTo(-1 / 3.0 / (deviation + 1e-6), within(1e-14));
    assertThat(found[1]).isZero(); // all alike
    assertThat(found[3]).isEqualTo(1 / (1 + 1e-6)); // alone
  }

  @Test
  void weightsAreThoseOfTheEstimators() {
    assertThat(Weighting.LEMMA1.of(4, 0.5, 1, 10, 999)).isEqualTo(1 / 20.0);
    assertThat(Weighting.PER_PROMPT.of(4, 0.5, 2, 10, 999)).isEqualTo(1 / 20.0);
    assertThat(Weighting.PER_PROMPT.of(4, 0.5, 0, 10, 999)).isZero();
    assertThat(Weighting.TOKEN_MEAN.of(4, 0.5, 2, 10, 50)).isEqualTo(1 / 50.0);
    for (String label : Weighting.LABELS) {
      assertThat(Weighting.ofLabel(label).label()).isEqualTo(label);
    }
    assertThat(Weighting.LABELS).containsExactly("lemma1", "perPrompt", "tokenMean");
  }
}
