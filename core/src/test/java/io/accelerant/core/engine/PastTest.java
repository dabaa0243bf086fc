package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PastTest {
  /** Attention of one head and one channel: keys and values are the tokens' numbers. */
  private static Program attention(int rows) {
    Graph g = new Graph(Precision.FLOAT32);
    g.output("y", g.cachedAttention(0, g.input("qkv", rows, 3), 1, 1, Optional.empty()));
    return g.forward();
  }

  private static double average(double query, double... values) {
    double sum = 0;
    double weighted = 0;
    for (double v : values) {
      sum += Math.exp(query * v);
      weighted += Math.exp(query * v) * v;
    }
    return weighted / sum;
  }

  @Test
  void rowsOfOnePastAreItsSuccessiveTokens() {
    Past past = new Past(1, 1);
    Past other = new Past(1, 1);
    try (Program program = attention(4)) {
      assertThat(program.attend(past, other, past, null)).containsExactly(0, 0, 1, 0);
      program.set("qkv", new double[] {2, 1, 1, 2, 7, 7, 2, 3, 3, 9, 9, 9}).run();
      assertThat(past.length()).isEqualTo(2);
      assertThat(other.length()).isEqualTo(1);
      assertThat(program.doubles("y"))
          .containsExactly(new double[] {1, 7, average(2, 1, 3), 0}, within(1e-6));
      assertThat(program.attend(null, past, null, null)).containsExactly(0, 2, 0, 0);
      program.set("qkv", new double[] {0, 0, 0, -1, 2, 2, 0, 0, 0, 0, 0, 0}).run();
      assertThat(program.doubles("y")[1]).isCloseTo(average(-1, 1, 3, 2), within(1e-6));
    }
  }

  @Test
  void aCopyGoesItsOwnWay() {
    Past past = new Past(1, 1);
    try (Program program = attention(1)) {
      for (int i = 0; i < 40; i++) { // beyond the first room
        program.attend(past);
        program.set("qkv", new double[] {0, 1, 5}).run();
      }
      Past copy = past.copy();
      program.attend(copy);
      program.set("qkv", new double[] {0, 1, 46}).run();
      assertThat(program.doubles("y")[0]).isCloseTo(6, within(1e-5));
      program.attend(past);
      program.set("qkv", new double[] {0, 1, 5}).run();
      assertThat(program.doubles("y")[0]).isCloseTo(5, within(1e-5));
      assertThat(List.of(past.length(), copy.length())).containsOnly(41);
    }
  }

  @Test
  void aRunWithoutPastsIsRefused() {
    try (Program program = attention(1)) {
      program.attend(new Past(1, 1));
      program.run();
      assertThatThrownBy(program::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("1 rows attend, but pasts are given for 0");
    }
  }

  @Test
  void theExponentialIsRightFromEndToEnd() {
    for (float x = 0; x > -100; x -= .0137f) {
      double exact = Math.exp(x);
      assertThat((double) CachedAttentionKernel.exp(x))
          .isCloseTo(exact, within(3e-7 * exact + 2e-38));
    }
    assertThat(CachedAttentionKernel.exp(0)).isEqualTo(1);
    assertThat(CachedAttentionKernel.exp(Float.NaN)).isNaN();
  }
}
