package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NgramModelTest {
  private static final int V = 4;

  private static final NgramModel MODEL = model(4, 0.7);

  private static int[] sequence(long id, int length) {
    RandomStream stream = new RandomStream(5, 6, id, 0);
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      // Mostly the successor, so that contexts matter.
      tokens[i] = i > 0 && stream.nextInt(4) > 0 ? (tokens[i - 1] + 1) % V : stream.nextInt(V);
    }
    return tokens;
  }

  private static NgramModel model(int order, double lambda) {
    NgramCounts counts = new NgramCounts(order, V);
    for (int id = 0; id < 40; id++) {
      counts.add(sequence(id, 12));
    }
    return counts.model(lambda);
  }

  @Test
  void theFormulaByHand() {
    NgramCounts counts = new NgramCounts(2, 2);
    counts.add(new int[] {0, 1, 1});
    NgramModel model = counts.model(2);
    // P_1: two symbols seen, w = 4, (n + 4/2) / (3 + 4); P_2(. | 1): "11" seen once, w = 2.
    assertThat(model.conditional()).containsExactly(3 / 7.0, 4 / 7.0);
    assertThat(model.conditional(1)).containsExactly((2 * 3 / 7.0) / 3, (1 + 2 * 4 / 7.0) / 3);
    assertThat(model.logProbability(new int[] {1, 1}, 0, 2))
        .isEqualTo(Math.log(4 / 7.0) + Math.log((1 + 8 / 7.0) / 3), within(1e-15));
    assertThat(model.bigramLaw()).containsExactly(0, 0.5, 0, 0.5);
  }

  @Property(tries = 200)
  void everyContextHasALaw(@ForAll @Size(max = 6) List<@IntRange(max = V - 1) Integer> context) {
    double[] law = MODEL.conditional(context.stream().mapToInt(Integer::intValue).toArray());
    assertThat(Arrays.stream(law).sum()).isEqualTo(1, within(1e-12));
    assertThat(Arrays.stream(law).min().orElseThrow()).isPositive();
  }

  @Test
  void theScoreOfASequenceIsTheChainRuleOverItsConditionals() {
    NgramModel model = model(4, 1);
    int[] tokens = sequence(99, 15);
    double log = 0;
    for (int i = 2; i < 15; i++) {
      log += Math.log(model.conditional(Arrays.copyOfRange(tokens, 2, i))[tokens[i]]);
    }
    assertThat(model.logProbability(tokens, 2, 15)).isEqualTo(log, within(1e-12));
    assertThat(model.nll(tokens)).isEqualTo(-model.logProbability(tokens, 0, 15) / 15);
  }

  @Test
  void anUnseenContextFallsBackToTheShorterOne() {
    NgramCounts counts = new NgramCounts(3, V);
    counts.add(new int[] {0, 1, 2, 0, 1, 2});
    NgramModel model = counts.model(1);
    assertThat(model.conditional(3, 1)).isEqualTo(model.conditional(1));
    assertThat(model.conditional(3, 3)).isEqualTo(model.conditional());
  }

  @Test
  void onlyTheLastSymbolsOfAContextCount() {
    NgramModel model = model(3, 1);
    assertThat(model.conditional(0, 1, 2, 3, 2)).isEqualTo(model.conditional(3, 2));
  }

  @Test
  void theDenseTablesGiveTheSameProbabilities() {
    NgramModel model = model(3, 1);
    double[] start = model.startLaw();
    double[] transition = model.transitionLaw();
    assertThat(start).hasSize(16);
    assertThat(transition).hasSize(64);
    assertThat(Arrays.stream(start).sum()).isEqualTo(1, within(1e-12));
    int[] tokens = sequence(7, 9);
    double log = Math.log(start[tokens[0] * V + tokens[1]]);
    for (int i = 2; i < 9; i++) {
      log += Math.log(transition[(tokens[i - 2] * V + tokens[i - 1]) * V + tokens[i]]);
    }
    assertThat(model.logProbability(tokens, 0, 9)).isEqualTo(log, within(1e-12));
  }

  @Test
  void partsInAnyOrderGiveTheSameModel() {
    NgramCounts backwards = new NgramCounts(3, V);
    for (int id = 39; id >= 0; id--) {
      NgramCounts one = new NgramCounts(3, V);
      one.add(sequence(id, 12));
      backwards.addPacked(one.packed());
    }
    assertThat(backwards.model(1).modelHash()).isEqualTo(model(3, 1).modelHash());
    assertThat(model(3, 2).modelHash()).isNotEqualTo(model(3, 1).modelHash());
  }

  @Test
  void ordersUpToNineOfBytesFitIntoKeys() {
    NgramCounts counts = new NgramCounts(7, 256);
    int[] tokens = {255, 255, 255, 255, 255, 255, 254, 255};
    counts.add(tokens);
    NgramModel model = counts.model(1e-6);
    assertThat(model.conditional(255, 255, 255, 255, 255, 255)[254]).isGreaterThan(0.999);
    assertThat(new NgramCounts(9, 27).order()).isEqualTo(9);
    assertThatThrownBy(() -> new NgramCounts(8, 256)).hasMessageContaining("8-grams of 256");
  }

  @Test
  void refusesWhatIsNoModel() {
    NgramModel model = model(2, 1);
    assertThatThrownBy(() -> model(2, 0)).hasMessageContaining("lambda");
    assertThatThrownBy(() -> model.nll(new int[] {0, 4}))
        .hasMessageContaining("token 4 at place 1");
    assertThatThrownBy(() -> new NgramCounts(2, V).add(new int[] {-1}))
        .hasMessageContaining("token -1");
    assertThatThrownBy(() -> new NgramCounts(6, 27).model(1).transitionLaw())
        .hasMessageContaining("6 over 27");
  }
}
