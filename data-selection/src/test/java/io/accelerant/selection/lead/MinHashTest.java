package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MinHashTest {
  private static long shared(int[] a, int[] b) {
    long[] x = MinHash.bands(MinHash.shingles(a));
    long[] y = MinHash.bands(MinHash.shingles(b));
    return IntStream.range(0, MinHash.BANDS).filter(i -> x[i] == y[i]).count();
  }

  private static int[] row(int seed) {
    RandomStream stream = new RandomStream(seed, 1, 0, 0);
    return IntStream.range(0, 60).map(i -> stream.nextInt(50)).toArray();
  }

  @Test
  void everyRunOfThreeTokensCountsOnce() {
    assertThat(MinHash.shingles(new int[] {1, 2, 3, 1, 2, 3})).hasSize(3).doesNotHaveDuplicates();
    assertThat(MinHash.shingles(new int[] {1, 2, 3}))
        .isNotEqualTo(MinHash.shingles(new int[] {3, 2, 1}));
  }

  @Test
  void shortRowsAreOneRun() {
    Set<Long> found = new HashSet<>();
    for (int[] ids : new int[][] {{}, {0}, {1}, {0, 0}, {0, 1}, {0, 0, 0}}) {
      long[] shingles = MinHash.shingles(ids);
      assertThat(shingles).hasSize(1);
      found.add(shingles[0]);
    }
    assertThat(found).hasSize(6);
  }

  @Test
  void alikeRowsShareABand() {
    for (int seed = 0; seed < 50; seed++) {
      int[] row = row(seed);
      int[] other = row.clone();
      other[30] = 77; // 55 of 61 runs are shared
      assertThat(shared(row, other)).isPositive();
    }
  }

  @Test
  void unlikeRowsShareNone() {
    assertThat(IntStream.range(0, 50).filter(seed -> shared(row(seed), row(seed + 50)) > 0).count())
        .isZero();
  }
}
