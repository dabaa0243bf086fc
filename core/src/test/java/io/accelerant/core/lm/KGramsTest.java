package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KGramsTest {
  @Test
  void gramsAreCountedInsideSequencesOnly() {
    int[] tokens = {0, 1, 2, 2, 1, 1}; // 0 1 2 | 2 1 1
    assertThat(KGrams.counts(tokens, 3, 3, 1)).containsExactly(1, 3, 2);
    assertThat(KGrams.counts(tokens, 3, 3, 2)).containsExactly(0, 1, 0, 0, 1, 1, 0, 1, 0);
    double[] three = KGrams.counts(tokens, 3, 3, 3);
    assertThat(three).hasSize(27);
    assertThat(three[5]).isEqualTo(1); // 0 1 2
    assertThat(three[22]).isEqualTo(1); // 2 1 1
    assertThat(Arrays.stream(three).sum()).isEqualTo(2);
  }

  @Test
  void equalLawsAreAtNoDistance() {
    double[] counts = {3, 0, 5, 2};
    double[] twice = {6, 0, 10, 4};
    assertThat(KGrams.totalVariation(counts, twice)).isZero();
    assertThat(KGrams.squaredDistance(counts, twice)).isZero();
  }

  @Test
  void disjointLawsAreAtDistanceOne() {
    assertThat(KGrams.totalVariation(new double[] {4, 0, 0}, new double[] {0, 1, 6})).isEqualTo(1);
  }

  @Test
  void distancesAreThoseOfTheLaws() {
    double[] a = {1, 3}; // .25 .75
    double[] b = {0.6, 0.4};
    assertThat(KGrams.totalVariation(a, b)).isCloseTo(0.35, within(1e-15));
    assertThat(KGrams.squaredDistance(a, b)).isCloseTo(2 * 0.35 * 0.35, within(1e-15));
  }

  /** 1,000 draws of 200 equal symbols: the counts' own entropy is .1 nats short on average. */
  @Test
  void fewDrawsSayTooLittleEntropyWhichIsPutRight() {
    double plain = 0;
    double corrected = 0;
    for (int seed = 0; seed < 50; seed++) {
      RandomStream stream = new RandomStream(seed, RandomStream.purpose("a test"), 0, 0);
      double[] counts = new double[200];
      for (int draw = 0; draw < 1000; draw++) {
        counts[stream.nextInt(200)]++;
      }
      plain += KGrams.entropy(counts) / 50;
      corrected += KGrams.entropyMillerMadow(counts) / 50;
    }
    assertThat(plain).isCloseTo(Math.log(200) - 0.1, within(0.01));
    assertThat(corrected).isCloseTo(Math.log(200), within(0.01));
  }

  @Test
  void tooManyGramsOverflowLoudly() {
    assertThat(KGrams.number(32, 6)).isEqualTo(1 << 30);
    assertThatThrownBy(() -> KGrams.number(256, 4)).isInstanceOf(ArithmeticException.class);
  }
}
