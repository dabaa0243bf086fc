package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuotasTest {
  @Test
  void roundsShareABudgetOut() {
    assertThat(IntStream.range(0, 7).mapToLong(t -> Quotas.size(17, 7, t)).toArray())
        .containsExactly(2, 2, 3, 2, 3, 2, 3);
    assertThat(Quotas.size(17, 7, 7)).isEqualTo(2); // as if rounds went on
  }

  @Test
  void theLargestRemaindersGetOneMore() {
    assertThat(Quotas.proportional(10, new long[] {50, 26, 24})).containsExactly(5, 3, 2);
    assertThat(Quotas.proportional(7, new long[] {3, 1, 10}))
        .containsExactly(2, 0, 5); // 1.5, .5, 5
  }

  @Test
  void equalRemaindersGoByNumber() {
    assertThat(Quotas.proportional(2, new long[] {5, 5, 5})).containsExactly(1, 1, 0);
  }

  @Test
  void nobodyGivesMoreThanThereIs() {
    assertThat(Quotas.proportional(12, new long[] {5, 0, 3})).containsExactly(5, 0, 3);
    assertThat(Quotas.proportional(7, new long[] {5, 0, 3})).containsExactly(4, 0, 3); // 4.4, 2.6
    assertThat(Quotas.proportional(0, new long[] {5, 3})).containsExactly(0, 0);
  }

  @Test
  void floorsLeaveSmallTasksOut() {
    assertThat(Quotas.floors(.015, new long[] {66, 67, 400})).containsExactly(0, 1, 6);
  }

  @Test
  void theLeastIsWhatAFloorTakesOneOf() {
    for (int n = 1; n < 2000; n++) {
      double rate = 1.0 / n;
      long least = Quotas.least(rate);
      assertThat(Quotas.floors(rate, new long[] {least - 1, least})).containsExactly(0, 1);
    }
    assertThat(Quotas.least(.015)).isEqualTo(67);
  }
}
