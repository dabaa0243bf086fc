package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawOrderTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, DrawOrder.BLOCK, DrawOrder.BLOCK + 1, 3 * DrawOrder.BLOCK + 17})
  void everyEpochDrawsEachRecordOnce(int count) {
    DrawOrder order = new DrawOrder(42, 3, count);
    for (int epoch = 0; epoch < 3; epoch++) {
      long[] drawn = order.indexes((long) epoch * count, count);
      Arrays.sort(drawn);
      assertThat(drawn).isEqualTo(LongStream.range(0, count).toArray());
    }
  }

  @Test
  void aDrawDoesNotDependOnTheDrawsBefore() {
    long[] all = new DrawOrder(42, 0, 20_000).indexes(0, 60_000);
    DrawOrder jumping = new DrawOrder(42, 0, 20_000);
    for (long draw : new long[] {59_999, 0, 20_000, 19_999, 8192, 33_333, 8191}) {
      assertThat(jumping.index(draw)).isEqualTo(all[(int) draw]);
    }
  }

  @Test
  void epochsWorkersAndSeedsDiffer() {
    long[] first = new DrawOrder(42, 0, 1000).indexes(0, 1000);
    assertThat(new DrawOrder(42, 0, 1000).indexes(1000, 1000)).isNotEqualTo(first);
    assertThat(new DrawOrder(42, 1, 1000).indexes(0, 1000)).isNotEqualTo(first);
    assertThat(new DrawOrder(43, 0, 1000).indexes(0, 1000)).isNotEqualTo(first);
  }
}
