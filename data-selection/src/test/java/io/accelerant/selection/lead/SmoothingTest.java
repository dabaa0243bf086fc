package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmoothingTest {
  @ParameterizedTest
  @CsvSource({
    "0, 2, -.5, 9, 1.5", // no history: L + dL
    "1, 2, -.5, 9, 9", // nothing but history
    ".1, 2, -.5, 9, 2.25",
    ".9, 2, -.5, 9, 8.25"
  })
  void utilityIsAMixOfWhatTrainingSaidAndHistory(
      double history, double loss, double lossChange, double before, double after) {
    assertThat(Smoothing.idu(history, loss, lossChange, before)).isCloseTo(after, within(1e-15));
  }

  /** Of independent noise (1 - b) / (1 + b) of the variance stays. */
  @ParameterizedTest
  @CsvSource({".1", ".5"})
  void noiseIsDamped(double history) {
    RandomStream random = new RandomStream(1, 1, 1, 1);
    double idu = 0;
    double squares = 0;
    int steps = 50_000;
    for (int t = 0; t < steps; t++) {
      idu = Smoothing.idu(history, random.nextGaussian(), 0, idu);
      squares += idu * idu;
    }
    assertThat(squares / steps).isCloseTo((1 - history) / (1 + history), within(.03));
  }

  @Test
  void rewardsAreBroughtBetweenTheExtremesSoFar() {
    Rewards rewards = new Rewards();
    assertThat(rewards.normalised(.3)).isEqualTo(.3);
    assertThat(rewards.normalised(.3)).isZero();
    assertThat(rewards.normalised(.5)).isEqualTo(1);
    assertThat(rewards.normalised(.1)).isEqualTo(-1);
    assertThat(rewards.normalised(.2)).isCloseTo(-.5, within(1e-15));
    Rewards other = new Rewards();
    other.restore(rewards.state());
    assertThat(other.normalised(.4)).isCloseTo(.5, within(1e-15));
  }
}
