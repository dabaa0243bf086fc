package io.accelerant.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
  /** Method document, section 8. */
  @Test
  void feistelGivesTheGoldenValues() {
    Permutation pi = new FeistelPermutation(1_000_003, 42, 2);
    assertThat(new long[] {pi.position(0), pi.position(1), pi.position(2)})
        .containsExactly(679_233, 127_216, 638_968);
  }

  /** SplitMix64 from state 0 begins with these words (reference implementation). */
  @Test
  void mixIsSplitMix64() {
    long gamma = 0x9E3779B97F4A7C15L;
    assertThat(new long[] {PassKey.mix(0), PassKey.mix(gamma), PassKey.mix(2 * gamma)})
        .containsExactly(0xe220a8397b1dcdafL, 0x6e789e6aa1b965f4L, 0x06c45d188009454fL);
  }

  /** The table written down by hand from its definition. */
  @Test
  void tableIsTheKeyedFisherYatesShuffle() {
    int n = 11;
    int[] table = new int[n];
    java.util.Arrays.setAll(table, i -> i);
    long key = PassKey.mix(-7L ^ PassKey.mix(3));
    for (int i = n - 1; i >= 0; i--) {
      java.math.BigInteger word =
          new java.math.BigInteger(Long.toUnsignedString(PassKey.mix(key + i)));
      int j = word.mod(java.math.BigInteger.valueOf(i + 1)).intValue();
      int moved = table[i];
      table[i] = table[j];
      table[j] = moved;
    }
    Permutation pi = new TablePermutation(n, -7, 3);
    assertThat(LongStream.range(0, n).mapToInt(i -> (int) pi.position(i)))
        .containsExactly(java.util.Arrays.stream(table).boxed().toArray(Integer[]::new));
  }

  @Property(tries = 300)
  void everySizeSeedAndPassGivesABijectionAndItsInverse(
      @ForAll @IntRange(max = 5000) int size, @ForAll long seed, @ForAll long pass) {
    for (PermutationKind kind : PermutationKind.values()) {
      Permutation pi = kind.of(size, seed, pass);
      BitSet seen = new BitSet(size);
      for (int id = 0; id < size; id++) {
        long position = pi.position(id);
        assertThat(position).isBetween(0L, size - 1L);
        assertThat(pi.id(position)).isEqualTo(id);
        seen.set((int) position);
      }
      assertThat(seen.cardinality()).isEqualTo(size);
    }
  }

  @Property(tries = 500)
  void feistelIsInvertibleAtAnySize(
      @ForAll @LongRange(min = 1, max = 1L << 62) long size,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long raw,
      @ForAll long seed) {
    long id = raw % size;
    Permutation pi = new FeistelPermutation(size, seed, 5);
    assertThat(pi.position(id)).isBetween(0L, size - 1);
    assertThat(pi.id(pi.position(id))).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 16, 17, 65_535, 65_536, 65_537, 1L << 20, (1L << 20) + 1})
  void sizesAboutPowersOfTwoAreBijections(long size) {
    Permutation pi = new FeistelPermutation(size, -1, 0);
    assertThat(LongStream.range(0, size).map(pi::position).distinct().count()).isEqualTo(size);
  }

  @Test
  void idsAboveTheRangeOfIntArePermuted() {
    long size = (1L << 33) + 1;
    Permutation pi = new FeistelPermutation(size, 42, 0);
    LongStream.range(size - 1000, size)
        .forEach(id -> assertThat(pi.id(pi.position(id))).isEqualTo(id));
    assertThat(LongStream.range(0, 1000).map(pi::position).max().orElseThrow())
        .isGreaterThan(1L << 32);
  }

  @ParameterizedTest
  @EnumSource(PermutationKind.class)
  void nothingIsAPermutationOfNothingAndStrangersAreRefused(PermutationKind kind) {
    assertThat(kind.of(0, 1, 1).size()).isZero();
    assertThatThrownBy(() -> kind.of(0, 1, 1).position(0)).hasMessageContaining("id 0");
    assertThatThrownBy(() -> kind.of(5, 1, 1).position(5)).hasMessageContaining("0 .. 4");
    assertThatThrownBy(() -> kind.of(5, 1, 1).id(-1)).hasMessageContaining("position -1");
    assertThatThrownBy(() -> kind.of(-1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void autoTakesATableForSmallSizes() {
    assertThat(PermutationKind.AUTO.resolve(65_535)).isEqualTo(PermutationKind.TABLE);
    assertThat(PermutationKind.AUTO.resolve(65_536)).isEqualTo(PermutationKind.FEISTEL);
    assertThat(PermutationKind.FEISTEL.resolve(3)).isEqualTo(PermutationKind.FEISTEL);
    assertThat(PermutationKind.AUTO.of(10, 1, 1)).isInstanceOf(TablePermutation.class);
  }

  /** Counts of (record, slot) over 400 passes: 999 x 9 degrees of freedom. */
  @ParameterizedTest
  @EnumSource(names = {"FEISTEL", "TABLE"})
  void everyRecordIsInEverySlotEquallyOften(PermutationKind kind) {
    int n = 1000;
    int k = 100;
    int passes = 400;
    int[][] counts = new int[n][n / k];
    for (int pass = 0; pass < passes; pass++) {
      Permutation pi = kind.of(n, 42, pass);
      for (int id = 0; id < n; id++) {
        counts[id][(int) (pi.position(id) / k)]++;
      }
    }
    double expected = passes / (double) (n / k);
    double chiSquare = 0;
    for (int[] record : counts) {
      for (int count : record) {
        chiSquare += (count - expected) * (count - expected) / expected;
      }
    }
    double freedom = (n - 1) * (n / k - 1.0);
    assertThat((chiSquare - freedom) / Math.sqrt(2 * freedom)).isBetween(-4.0, 4.0);
  }

  /** Positions of neighbours, and of one record in two passes, are not correlated. */
  @ParameterizedTest
  @EnumSource(names = {"FEISTEL", "TABLE"})
  void neighboursAndPassesAreNotCorrelated(PermutationKind kind) {
    int n = 200_000;
    Permutation first = kind.of(n, 42, 0);
    Permutation second = kind.of(n, 42, 1);
    double[] a = LongStream.range(0, n).mapToDouble(first::position).toArray();
    double[] b = LongStream.range(0, n).mapToDouble(second::position).toArray();
    assertThat(correlation(a, 0, a, 1)).isCloseTo(0, within(0.01));
    assertThat(correlation(a, 0, b, 0)).isCloseTo(0, within(0.01));
  }

  private static double correlation(double[] x, int from, double[] y, int lag) {
    int n = x.length - lag;
    double mean = (x.length - 1) / 2.0;
    double both = 0;
    double square = 0;
    for (int i = 0; i < n; i++) {
      both += (x[from + i] - mean) * (y[lag + i] - mean);
      square += (x[from + i] - mean) * (x[from + i] - mean);
    }
    return both / square;
  }

  /**
   * How often each pair of 20 records shares a slot of 5, over 4000 passes. The table passes where
   * six Feistel rounds on six bits need not: this is why AUTO takes it.
   */
  @Test
  void aTableGivesEveryPairOfAFewRecordsTheSameChance() {
    int passes = 4000;
    double expected = passes * 4.0 / 19;
    double chiSquare = 0;
    int[][] together = new int[20][20];
    for (int pass = 0; pass < passes; pass++) {
      Permutation pi = new TablePermutation(20, 42, pass);
      for (int a = 0; a < 20; a++) {
        for (int b = 0; b < a; b++) {
          together[a][b] += pi.position(a) / 5 == pi.position(b) / 5 ? 1 : 0;
        }
      }
    }
    for (int a = 0; a < 20; a++) {
      for (int b = 0; b < a; b++) {
        double difference = together[a][b] - expected;
        chiSquare += difference * difference / (expected * 15 / 19);
      }
    }
    // 190 pairs, 170 degrees of freedom: every record meets four others in every pass
    assertThat(chiSquare).isBetween(100.0, 250.0);
  }

  @Test
  void anotherSeedOrPassIsAnotherPermutation() {
    for (PermutationKind kind : PermutationKind.values()) {
      Permutation pi = kind.of(1000, 42, 0);
      for (int i = 0; i < 20; i++) {
        Permutation other = kind.of(1000, 43 + i * 0x1234567L, i % 2);
        long same =
            LongStream.range(0, 1000).filter(x -> pi.position(x) == other.position(x)).count();
        assertThat(same).isLessThan(12);
      }
    }
  }
}
