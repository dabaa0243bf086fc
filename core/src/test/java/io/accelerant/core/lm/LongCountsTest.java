package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LongCountsTest {
  @Test
  void countsLikeAMapAndComesOutSorted() {
    LongCounts counts = new LongCounts();
    Map<Long, Long> expected = new TreeMap<>();
    RandomStream stream = new RandomStream(1, 2, 3, 0);
    for (int i = 0; i < 20_000; i++) {
      long key = stream.nextLong() >>> (1 + stream.nextInt(62));
      long count = stream.nextInt(5) + 1;
      counts.add(key, count);
      expected.merge(key, count, Long::sum);
    }
    long[] packed = counts.packed();
    assertThat(counts.size()).isEqualTo(expected.size());
    Map<Long, Long> found = new TreeMap<>();
    for (int i = 0; i < packed.length; i += 2) {
      assertThat(i == 0 || packed[i] > packed[i - 2]).isTrue();
      found.put(packed[i], packed[i + 1]);
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void packedCountsAddUp() {
    LongCounts whole = new LongCounts();
    LongCounts part = new LongCounts();
    for (long key = 0; key < 200; key++) {
      whole.add(key, 3);
      part.add(key, 1);
    }
    LongCounts sum = new LongCounts();
    for (int i = 0; i < 3; i++) {
      sum.addPacked(part.packed());
    }
    assertThat(sum.packed()).isEqualTo(whole.packed());
  }
}
