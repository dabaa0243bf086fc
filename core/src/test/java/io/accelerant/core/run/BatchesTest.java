package io.accelerant.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchesTest {
  @ParameterizedTest
  @CsvSource({"10, 4, 3", "8, 4, 2", "3, 4, 1", "5, 1, 5", "0, 4, 0"})
  void everyIdIsInOneBatch(int count, int size, int units) {
    Batches batches = new Batches(count, size);
    assertThat(batches.units()).isEqualTo(units);
    assertThat(
            IntStream.range(0, units)
                .mapToObj(batches::ids)
                .flatMapToLong(LongStream::of)
                .toArray())
        .isEqualTo(LongStream.range(0, count).toArray());
  }

  @Test
  void aBatchHasTheIdsOfOneQuotient() {
    Batches batches = new Batches(10, 4);
    assertThat(batches.ids(1)).containsExactly(4, 5, 6, 7);
    assertThat(batches.from(2)).isEqualTo(8);
    assertThat(batches.to(2)).isEqualTo(10);
    assertThat(batches.length(2)).isEqualTo(2);
  }
}
