package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RolloutRecordTest {
  private static final int[] PROMPT = {152_000, 2};
  private static final int[] ANSWER = {1, 0, 3};
  private static final double[] OLD = {-.5, -2, -.25};

  @Test
  void readsWhatItPacked() {
    byte[] packed =
        RolloutRecord.pack(PROMPT, ANSWER, OLD, new double[] {-1, -1.5, 0}, -.3, 1e-9, 7);
    RolloutRecord read = RolloutRecord.of(packed);
    assertThat(read.prompt()).isEqualTo(PROMPT);
    assertThat(read.answer()).isEqualTo(ANSWER);
    assertThat(read.old()).isEqualTo(OLD);
    assertThat(read.reference().orElseThrow()).containsExactly(-1, -1.5, 0);
    assertThat(read.advantage()).isEqualTo(-.3);
    assertThat(read.weight()).isEqualTo(1e-9);
    assertThat(RolloutRecord.read(packed)).isEqualTo(4);
    byte[] other = RolloutRecord.pack(new int[] {1}, new int[] {1}, new double[1], null, 0, 0, 7);
    assertThat(other).hasSameSizeAs(packed);
    assertThat(RolloutRecord.of(other).reference()).isEmpty();
  }

  @Test
  void whatNoRowCanBeIsRefused() {
    refused(PROMPT, ANSWER, OLD, 1, 4, "at most 4");
    refused(new int[0], ANSWER, OLD, 1, 9, "at least 1");
    refused(PROMPT, new int[0], new double[0], 1, 9, "at least 1");
    refused(PROMPT, ANSWER, new double[2], 1, 9, "2 log-probabilities for 3");
    refused(PROMPT, ANSWER, OLD, Double.NaN, 9, "NaN");
  }

  private static void refused(
      int[] prompt, int[] answer, double[] old, double weight, int longest, String why) {
    assertThatThrownBy(() -> RolloutRecord.pack(prompt, answer, old, null, 1, weight, longest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
