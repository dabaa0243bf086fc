package io.accelerant.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {
  private static final long PURPOSE = RandomStream.purpose("test");

  /** Known answers of Philox4x32-10 in the Random123 distribution (kat_vectors). */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
  })
  void philoxGivesTheKnownAnswers(String counter, String key, String answer) {
    int[] c = words(counter);
    int[] k = words(key);
    int[] out = new int[4];
    RandomStream.philox(c[0], c[1], c[2], c[3], k[0], k[1], out);
    assertThat(out).containsExactly(words(answer));
  }

  @Test
  void streamIsAFunctionOfItsAddress() {
    assertThat(firstLong(7, PURPOSE, 3, 1)).isEqualTo(firstLong(7, PURPOSE, 3, 1));
  }

  @Test
  void streamsOfDifferentAddressesDiffer() {
    Set<Long> first = new HashSet<>();
    int streams = 0;
    for (long seed : new long[] {0, 1, -1}) {
      for (String purpose : new String[] {"a", "b", "ab"}) {
        for (long item : new long[] {0, 1, 1L << 32, 1L << 63}) {
          for (int step : new int[] {0, 1, -1}) {
            first.add(firstLong(seed, RandomStream.purpose(purpose), item, step));
            streams++;
          }
        }
      }
    }
    assertThat(first).hasSize(streams);
  }

  @Test
  void blocksOfOneStreamDiffer() {
    RandomStream stream = new RandomStream(1, PURPOSE, 0, 0);
    Set<Long> seen = new HashSet<>();
    for (int n = 0; n < 1000; n++) {
      seen.add(stream.nextLong());
    }
    assertThat(seen).hasSize(1000);
  }

  @Test
  void mixIsInjectiveOnASample() {
    Set<Long> images = new HashSet<>();
    for (long z = -500; z < 500; z++) {
      images.add(RandomStream.mix(z));
    }
    assertThat(images).hasSize(1000);
  }

  @Test
  void doublesAreUniform() {
    int[] counts = new int[64];
    int draws = 64_000;
    RandomStream stream = new RandomStream(11, PURPOSE, 0, 0);
    double sum = 0;
    for (int n = 0; n < draws; n++) {
      double u = stream.nextDouble();
      assertThat(u).isGreaterThanOrEqualTo(0).isLessThan(1);
      sum += u;
      counts[(int) (u * 64)]++;
    }
    assertThat(sum / draws).isCloseTo(.5, within(4 * Math.sqrt(1 / 12.0 / draws)));
    assertThat(chiSquare(counts, draws)).isBetween(27.0, 113.0); // 63 degrees: 1e-5 on either side
  }

  @Test
  void firstNumbersAcrossItemsAreUniform() {
    int[] counts = new int[64];
    int draws = 64_000;
    for (int item = 0; item < draws; item++) {
      counts[(int) (new RandomStream(11, PURPOSE, item, 0).nextDouble() * 64)]++;
    }
    assertThat(chiSquare(counts, draws)).isBetween(27.0, 113.0);
  }

  @Test
  void openDoublesStayInsideTheUnitInterval() {
    assertThat(RandomStream.open(0)).isGreaterThan(0);
    assertThat(RandomStream.open(-1)).isLessThan(1);
    assertThat(RandomStream.open(Long.MAX_VALUE)).isCloseTo(.5, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 27, 1000})
  void boundedIntegersAreUniform(int bound) {
    int[] counts = new int[bound];
    int draws = 100 * bound;
    RandomStream stream = new RandomStream(5, PURPOSE, bound, 0);
    for (int n = 0; n < draws; n++) {
      counts[stream.nextInt(bound)]++;
    }
    double degrees = bound - 1.0;
    assertThat(chiSquare(counts, draws))
        .isBetween(degrees - 5 * Math.sqrt(2 * degrees), degrees + 6 * Math.sqrt(2 * degrees) + 20);
  }

  @Test
  void largeBoundIsNotBiased() {
    int bound =
        3 << 29; // 2^32 mod bound is large: without rejection the first third is drawn too often
    int low = 0;
    int draws = 40_000;
    RandomStream stream = new RandomStream(6, PURPOSE, 0, 0);
    for (int n = 0; n < draws; n++) {
      low += stream.nextInt(bound) % 3 == 0 ? 1 : 0;
    }
    assertThat(low / (double) draws).isCloseTo(1 / 3.0, within(.012));
  }

  @Test
  void boundMustBePositive() {
    RandomStream stream = new RandomStream(6, PURPOSE, 0, 0);
    assertThatThrownBy(() -> stream.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void gaussiansHaveMeanZeroAndVarianceOne() {
    RandomStream stream = new RandomStream(8, PURPOSE, 0, 0);
    int draws = 40_000;
    double sum = 0;
    double squares = 0;
    for (int n = 0; n < draws; n++) {
      double z = stream.nextGaussian();
      sum += z;
      squares += z * z;
    }
    assertThat(sum / draws).isCloseTo(0, within(.02));
    assertThat(squares / draws).isCloseTo(1, within(.03));
  }

  @Test
  void categoricalFollowsTheWeights() {
    double[] weights = {9, 1, 0, 3, -5, 6, 9}; // entries 1..5 are used; a negative weight is none
    int[] counts = new int[5];
    int draws = 40_000;
    RandomStream stream = new RandomStream(9, PURPOSE, 0, 0);
    for (int n = 0; n < draws; n++) {
      counts[stream.nextCategorical(weights, 1, 5)]++;
    }
    assertThat(counts[1]).isZero();
    assertThat(counts[3]).isZero();
    assertThat(counts[0] / (double) draws).isCloseTo(.1, within(.008));
    assertThat(counts[2] / (double) draws).isCloseTo(.3, within(.012));
    assertThat(counts[4] / (double) draws).isCloseTo(.6, within(.012));
  }

  @Test
  void categoricalReachesTheTail() {
    double[] weights = {1e-12, 1, 1e-12};
    assertThat(RandomStream.categorical(0, weights, 0, 3)).isEqualTo(0);
    assertThat(RandomStream.categorical(.9e-12, weights, 0, 3)).isEqualTo(0);
    assertThat(RandomStream.categorical(1.1e-12, weights, 0, 3)).isEqualTo(1);
    assertThat(RandomStream.categorical(1 - 1e-13, weights, 0, 3)).isEqualTo(2);
  }

  @Test
  void categoricalNeverReturnsAnIndexWithoutMass() {
    double[] weights = {.1, .2, .3, 0};
    assertThat(RandomStream.categorical(Math.nextDown(1.0), weights, 0, 4)).isEqualTo(2);
    assertThat(RandomStream.categorical(0, new double[] {0, 1}, 0, 2)).isEqualTo(1);
  }

  @Test
  void categoricalRefusesWeightsWithoutMass() {
    for (double[] weights :
        new double[][] {{0, 0}, {-1}, {Double.NaN, 1}, {Double.POSITIVE_INFINITY}}) {
      assertThatThrownBy(() -> RandomStream.categorical(.5, weights, 0, weights.length))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("positive, finite sum");
    }
  }

  private static long firstLong(long seed, long purpose, long item, int step) {
    return new RandomStream(seed, purpose, item, step).nextLong();
  }

  private static double chiSquare(int[] counts, int draws) {
    double expected = draws / (double) counts.length;
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  private static int[] words(String hex) {
    String[] parts = hex.trim().split(" ");
    int[] words = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      words[i] = Integer.parseUnsignedInt(parts[i], 16);
    }
    return words;
  }
}
