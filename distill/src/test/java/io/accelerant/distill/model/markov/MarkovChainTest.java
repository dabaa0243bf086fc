package io.accelerant.distill.model.markov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkovChainTest {
  @Test
  void countdownCountsDown() {
    int[] tokens =
        MarkovChain.countdown(8)
            .sample(200, new RandomStream(1, RandomStream.purpose("test"), 0, 0));
    for (int i = 1; i < tokens.length; i++) {
      if (tokens[i - 1] != 0) {
        assertThat(tokens[i]).isEqualTo(tokens[i - 1] - 1);
      }
    }
  }

  @Test
  void countdownHasTheEntropyOfTheReference() {
    assertThat(MarkovChain.countdown(32).entropy(64)).isCloseTo(3.3136, within(5e-5));
    // The limit is the stationary law, (V - n) / (V (V + 1) / 2).
    assertThat(MarkovChain.countdown(32).entropy(20_000)).isCloseTo(3.2872, within(2e-4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void gramLawsAreThoseOfAllSequences(int order) {
    int length = 5;
    MarkovChain chain = Chains.random(order, 3, 17, 0);
    double[] unigram = new double[3];
    double[] bigram = new double[9];
    double total = 0;
    for (int n = 0; n < 243; n++) {
      int[] tokens = Chains.digits(n, 3, length);
      double p = StrictMath.exp(chain.logProbability(tokens, 0, length));
      total += p;
      for (int i = 0; i < length; i++) {
        unigram[tokens[i]] += p / length;
        if (i > 0) {
          bigram[tokens[i - 1] * 3 + tokens[i]] += p / (length - 1);
        }
      }
    }
    assertThat(total).isCloseTo(1, within(1e-12));
    assertThat(chain.unigram(length)).containsExactly(unigram, within(1e-12));
    assertThat(chain.bigram(length)).containsExactly(bigram, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void samplesFollowTheLaw(int order) {
    MarkovChain chain = Chains.random(order, 3, 5, .3);
    int length = 4;
    double[] counts = new double[9];
    int draws = 20_000;
    for (int id = 0; id < draws; id++) {
      int[] tokens = chain.sample(length, new RandomStream(3, RandomStream.purpose("test"), id, 0));
      for (int i = 1; i < length; i++) {
        counts[tokens[i - 1] * 3 + tokens[i]] += 1.0 / draws / (length - 1);
      }
    }
    assertThat(counts).containsExactly(chain.bigram(length), within(.01));
  }

  @Test
  void countsGiveTheMaximumLikelihoodChain() {
    MarkovChain chain =
        MarkovChain.ofCounts(1, 2, new long[] {3, 1}, new long[] {1, 3, 0, 0}).smoothed(.1);
    assertThat(chain.start(0)).isEqualTo(.75);
    assertThat(chain.transition(0, 1)).isCloseTo(.9 * .75 + .05, within(1e-15));
    assertThat(chain.transition(1, 0)).isEqualTo(.5); // never seen: uniform
  }

  @Test
  void impossibleSequenceHasNoProbability() {
    assertThat(MarkovChain.countdown(4).logProbability(new int[] {3, 3}, 0, 2))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void badChainsAreRefused() {
    double[] half = {.5, .5};
    double[] ok = {.5, .5, .5, .5};
    assertThatThrownBy(() -> new MarkovChain(2, 2, half, ok)).hasMessageContaining("4 start and 8");
    assertThatThrownBy(() -> new MarkovChain(1, 2, half, new double[] {.5, .5, .5, .6}))
        .hasMessageContaining("transition row 1 sums to 1.1");
    assertThatThrownBy(() -> new MarkovChain(1, 2, new double[] {-1, 2}, ok))
        .hasMessageContaining("start has the probability -1");
    assertThatThrownBy(() -> new MarkovChain(1, 2, new double[] {Double.NaN, 1}, ok))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MarkovChain.tuples(3, 256)).hasMessageContaining("lower order");
    assertThatThrownBy(() -> MarkovChain.tuples(0, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void callersCannotChangeAChain() {
    double[] start = {.5, .5};
    MarkovChain chain = new MarkovChain(1, 2, start, new double[] {.5, .5, .5, .5});
    Arrays.fill(start, 0);
    assertThat(chain.start(1)).isEqualTo(.5);
  }
}
