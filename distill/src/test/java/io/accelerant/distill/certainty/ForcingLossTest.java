package io.accelerant.distill.certainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForcingLossTest {
  private static final double[][] LOGITS = {{1, 0, -.5}, {.2, .9, .3}, {-1, .4, .1}, {.7, .7, 0}};
  private static final int[] LABELS = {0, 2, 1, 1};

  /**
   * Three tokens, of which two are masked: logits (ln 2, 0) with the label likeliest, and (0, ln 3)
   * with the other. At T = 1/2 the first has q = (4/5, 1/5).
   */
  @Test
  void isThatOfTheExampleByHand() {
    double[][] logits = {{Math.log(2), 0}, {0, Math.log(3)}};
    ForcingLoss.Terms terms = new ForcingLoss(2, .5, false).of(logits, new int[] {0, 0});
    double h = .8 * Math.log(5 / 4.) + .2 * Math.log(5);
    assertThat(terms.crossEntropy()).isCloseTo((Math.log(1.5) + Math.log(4)) / 2, within(1e-14));
    assertThat(terms.kept()).containsExactly(true, false);
    assertThat(terms.entropy()).isCloseTo(h, within(1e-14));
    assertThat(terms.loss()).isCloseTo(terms.crossEntropy() + 2 * h, within(1e-14));
    double first = (2 / 3. - 1) / 2 - 2 * .8 / .5 * (Math.log(.8) + h);
    assertThat(terms.gradient()[0]).containsExactly(new double[] {first, -first}, within(1e-14));
    assertThat(terms.gradient()[1]).containsExactly(new double[] {-.375, .375}, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({"0, .5, false", "2, .5, false", "1, 1, true", "3, .25, true"})
  void theGradientAgreesWithFiniteDifferences(double beta, double temperature, boolean every) {
    ForcingLoss loss = new ForcingLoss(beta, temperature, every);
    double step = 1e-6;
    double[][] gradient = loss.of(LOGITS, LABELS).gradient();
    for (int i = 0; i < LOGITS.length - 1; i++) { // the last is a tie
      for (int v = 0; v < 3; v++) {
        double difference = (moved(loss, i, v, step) - moved(loss, i, v, -step)) / (2 * step);
        assertThat(gradient[i][v]).isCloseTo(difference, within(1e-8));
      }
    }
  }

  private static double moved(ForcingLoss loss, int i, int v, double by) {
    double[][] logits = new double[LOGITS.length][];
    for (int k = 0; k < logits.length; k++) {
      logits[k] = LOGITS[k].clone();
    }
    logits[i][v] += by;
    return loss.of(logits, LABELS).loss();
  }

  @Test
  void aTieCountsAsRightAndKIsOnlyWhatIs() {
    assertThat(new ForcingLoss(1, .5, false).of(LOGITS, LABELS).kept())
        .containsExactly(true, false, true, true);
    assertThat(new ForcingLoss(1, .5, true).of(LOGITS, LABELS).kept()).doesNotContain(false);
  }

  /** The entropy's push vanishes where all tokens are alike and where one is certain. */
  @Test
  void certaintyAndIgnoranceAreNotPushed() {
    double[][] logits = {{0, 0, Double.NEGATIVE_INFINITY}, {800, 0, 0}};
    int[] labels = {0, 0};
    double[][] with = new ForcingLoss(7, .5, false).of(logits, labels).gradient();
    double[][] without = new ForcingLoss(0, .5, false).of(logits, labels).gradient();
    for (int i = 0; i < 2; i++) {
      assertThat(with[i]).containsExactly(without[i], within(1e-14));
    }
    assertThat(without[0]).containsExactly(-.25, .25, 0);
  }

  @Test
  void aMeanOverNothingIsZero() {
    ForcingLoss.Terms nothing = new ForcingLoss(2, .5, false).of(new double[0][], new int[0]);
    assertThat(nothing.loss()).isZero();
    ForcingLoss.Terms wrong =
        new ForcingLoss(2, .5, false).of(new double[][] {{0, 1}}, new int[] {0});
    assertThat(wrong.entropy()).isZero();
    assertThat(wrong.loss()).isEqualTo(wrong.crossEntropy());
  }
}
