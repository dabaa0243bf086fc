package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.rl.gvm.Estimates.Norm;
import org.junit.jupiter.api.Test;

class EstimatesTest {
  /** Prompt 0: two of four right, norms 3 and 5; prompt 1: none of four; prompt 2: never probed. */
  private static Estimates estimates(boolean laplace) {
    Estimates estimates = new Estimates(3, laplace);
    estimates.add(0, true, 3);
    estimates.add(0, false, Double.NaN);
    estimates.add(0, true, 5);
    estimates.add(0, false, 100);
    for (int probe = 0; probe < 4; probe++) {
      estimates.add(1, false, 7);
    }
    return estimates;
  }

  @Test
  void sharesAndNormsOfRightAnswersAlone() {
    Estimates plain = estimates(false);
    assertThat(plain.p()).containsExactly(0.5, 0, 0);
    assertThat(plain.g(Norm.MEAN)).containsExactly(4, 0, 0);
    assertThat(plain.g(Norm.RMS)).containsExactly(Math.sqrt(17), 0, 0);
    assertThat(plain.g(Norm.ONE)).containsExactly(1, 0, 0);
  }

  @Test
  void weightsNeverDivideByZero() {
    Estimates plain = estimates(false);
    assertThat(plain.pForWeight(0)).isEqualTo(0.5);
    assertThat(plain.pForWeight(1)).isEqualTo(0.1);
    assertThat(plain.pForWeight(2)).isEqualTo(0.5);
    assertThat(estimates(true).pForWeight(1)).isEqualTo(0.1);
  }

  /** As if it had not been added, in its group as well. */
  @Test
  void aSampleIsWeighedByAllButItself() {
    for (boolean right : new boolean[] {true, false}) {
      Estimates all = Estimates.ofGroups(new int[] {0, 0});
      Estimates others = Estimates.ofGroups(new int[] {0, 0});
      for (Estimates estimates : new Estimates[] {all, others}) {
        estimates.add(0, 3, 1, 2);
        estimates.add(1, 5, 4, 2);
      }
      all.add(0, right, 1);
      assertThat(all.pWithout(0, right)).isEqualTo(others.pForWeight(0));
    }
    Estimates alone = new Estimates(1, false);
    alone.add(0, true, 1);
    assertThat(alone.pWithout(0, true)).isEqualTo(0.5);
  }

  @Test
  void laplaceHasAnEstimateForThoseNeverSolved() {
    Estimates laplace = estimates(true);
    assertThat(laplace.p()).containsExactly(2.5 / 5, 0.5 / 5, 0.5);
    laplace.add(2, true, 10);
    assertThat(laplace.g(Norm.MEAN)).containsExactly(4, 6, 10);
    assertThat(laplace.g(1, Norm.RMS)).isEqualTo(Math.sqrt((9 + 25 + 100) / 3.0));
    assertThat(laplace.g(1, Norm.ONE)).isEqualTo(1);
    assertThat(new Estimates(1, true).g(0, Norm.MEAN)).isZero();
  }

  @Test
  void decayKeepsRatiosUntilNewProbesCome() {
    Estimates decayed = estimates(true);
    decayed.decay(0.5);
    assertThat(decayed.samples(0)).isEqualTo(2);
    assertThat(decayed.g(0, Norm.MEAN)).isEqualTo(4);
    assertThat(decayed.g(1, Norm.MEAN)).isEqualTo(4);
    decayed.add(0, true, 10);
    assertThat(decayed.p(0)).isEqualTo((1 + 1 + 0.5) / (2 + 1 + 1));
    assertThat(decayed.g(0, Norm.MEAN)).isEqualTo((4.0 + 10) / 2);
    decayed.decay(0);
    assertThat(decayed.p()).containsOnly(0.5);
    assertThat(decayed.g(Norm.MEAN)).containsOnly(0);
  }

  @Test
  void severalProbesAtOnceAreThoseOneByOne() {
    Estimates together = new Estimates(1, false);
    together.add(0, 8, 3, 0.1);
    Estimates single = new Estimates(1, false);
    for (int probe = 0; probe < 8; probe++) {
      single.add(0, probe < 3, 0.1);
    }
    assertThat(together.p(0)).isEqualTo(single.p(0));
    assertThat(together.g(0, Norm.RMS)).isCloseTo(single.g(0, Norm.RMS), within(1e-15));
  }

  @Test
  void whatIsNoProbeIsRefused() {
    Estimates estimates = new Estimates(1, false);
    assertThatThrownBy(() -> estimates.add(0, true, Double.NaN)).hasMessageContaining("is NaN");
    assertThatThrownBy(() -> estimates.add(0, true, -1)).hasMessageContaining("is -1");
    assertThatThrownBy(() -> estimates.add(0, 2, 3, 1)).hasMessageContaining("3 of 2");
    assertThatThrownBy(() -> estimates.decay(1.5)).hasMessageContaining("between 0 and 1");
  }

  /** A prompt that was never sampled is like its group; one that was, more and more like itself. */
  @Test
  void groupsStandForWhatIsNotKnown() {
    Estimates estimates = Estimates.ofGroups(new int[] {0, 0, 1, 1});
    assertThat(estimates.p(0)).isEqualTo(.5);
    assertThat(estimates.g(0, Norm.MEAN)).isZero();
    estimates.add(0, 9, 3, 4);
    estimates.add(2, 3, 0, 0);
    assertThat(estimates.p(1)).isCloseTo(3.5 / 10, within(1e-15));
    assertThat(estimates.p(0)).isCloseTo((3 + 2 * .35) / 11, within(1e-15));
    assertThat(estimates.p(3)).isCloseTo(.5 / 4, within(1e-15));
    assertThat(estimates.g(1, Norm.MEAN)).isEqualTo(4);
    assertThat(estimates.g(3, Norm.MEAN)).isEqualTo(4); // of all prompts: the group has none
    estimates.add(1, true, 10);
    assertThat(estimates.g(1, Norm.MEAN)).isCloseTo((10 + 2 * 22 / 4.) / 3, within(1e-15));
    double[] state = estimates.state();
    Estimates other = Estimates.ofGroups(new int[] {0, 0, 1, 1});
    other.restore(state);
    assertThat(other.p()).isEqualTo(estimates.p());
    assertThat(other.g(Norm.RMS)).isEqualTo(estimates.g(Norm.RMS));
  }
}
