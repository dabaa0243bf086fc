package io.accelerant.distill.discrete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForwardProcessTest {
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);

  @ParameterizedTest
  @EnumSource(DiffusionGraph.class)
  void corruptionFollowsItsLaw(DiffusionGraph graph) {
    DiffusionProcess process = new DiffusionProcess(graph, NOISE, 3);
    int draws = 30_000;
    int[] tokens = new int[draws];
    Arrays.fill(tokens, 1);
    int[] noisy = ForwardProcess.corrupt(process, tokens, .6, new RandomStream(1, 2, 3, 4));
    double sum = 0;
    for (int y = 0; y < process.symbols(); y++) {
      int symbol = y;
      double share = Arrays.stream(noisy).filter(s -> s == symbol).count() / (double) draws;
      double expected = ForwardProcess.probability(process, 1, y, .6);
      assertThat(share).isCloseTo(expected, within(.012));
      sum += expected;
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @Test
  void absorbingLawIsMaskWithProbabilityT() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 3);
    assertThat(ForwardProcess.probability(process, 1, 3, .6)).isCloseTo(.999 * .6, within(1e-12));
    assertThat(ForwardProcess.probability(process, 1, 0, .6)).isZero();
  }

  @ParameterizedTest
  @EnumSource(DiffusionGraph.class)
  void equalStreamsGiveCoupledStates(DiffusionGraph graph) {
    DiffusionProcess process = new DiffusionProcess(graph, NOISE, 3);
    int[] tokens = new int[500];
    int[] early = ForwardProcess.corrupt(process, tokens, .3, new RandomStream(1, 2, 3, 4));
    int[] late = ForwardProcess.corrupt(process, tokens, .8, new RandomStream(1, 2, 3, 4));
    for (int i = 0; i < tokens.length; i++) {
      if (early[i] != tokens[i]) {
        assertThat(late[i]).isEqualTo(early[i]);
      }
    }
    assertThat(late).isNotEqualTo(early);
  }

  @Test
  void exactMasksAreUniformOverSubsets() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 3);
    int[] counts = new int[16];
    for (int id = 0; id < 12_000; id++) {
      int[] noisy =
          ForwardProcess.maskExactly(
              process, new int[] {0, 1, 2, 0}, 2, new RandomStream(1, 2, id, 0));
      int pattern = 0;
      for (int i = 0; i < 4; i++) {
        pattern |= noisy[i] == process.mask() ? 1 << i : 0;
      }
      assertThat(Integer.bitCount(pattern)).isEqualTo(2);
      counts[pattern]++;
    }
    for (int pattern : new int[] {3, 5, 6, 9, 10, 12}) {
      assertThat(counts[pattern]).isBetween(1820, 2180); // 2000 +- 4.4 standard deviations
    }
  }

  @Test
  void impossibleMaskCountsAreRefused() {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 3);
    RandomStream stream = new RandomStream(1, 2, 3, 4);
    assertThatThrownBy(() -> ForwardProcess.maskExactly(process, new int[2], 3, stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 of 2");
  }
}
