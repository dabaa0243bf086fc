package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
  /** Two tasks in turn, of losses 0 .. 4 and 10 .. 14; row 8 repeats row 0. */
  private static final PoolRows POOL =
      new PoolRows(
          new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
          new int[] {0, 1, 0, 1, 0, 1, 0, 1, 0, 1},
          List.of("a", "b"),
          new double[] {0, 10, 1, 11, 2, 12, 3, 13, 4, 14},
          new double[10],
          new double[10],
          new int[10],
          new int[] {-1, -1, -1, -1, -1, -1, -1, -1, 0, -1});

  private static final boolean[] CLEAN = {
    true, false, true, false, true, true, true, true, true, true
  };

  private static String chosen(Arm arm, double quantile, Guard.Duplicates duplicates) {
    boolean[] found = new Guard(quantile, duplicates, 1).eligible(arm, POOL, CLEAN);
    StringBuilder bits = new StringBuilder();
    for (boolean bit : found) {
      bits.append(bit ? '1' : '0');
    }
    return bits.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "RANDOM, .6, EXACT, 1111111111",
    "LEAD_FAITHFUL, .6, EXACT, 1111111111",
    "ORACLE, .6, EXACT, 1010111111",
    "RANDOM_GUARD, .6, EXACT, 1111110000", // the 3 smallest of 5
    "RANDOM_GUARD, .61, EXACT, 1111111100",
    "LEAD, .6, EXACT, 1111110000", // of 4 that are left in one task the 3 smallest
    "LEAD, .5, EXACT, 1111010000",
    "LEAD, .5, NEAR, 1111010000",
    "LEAD, .5, KEEP, 1111110000",
    "LEAD, 1, EXACT, 1111111101",
    "LEAD, 0, EXACT, 1100000000"
  })
  void anArmHasItsRows(Arm arm, double quantile, Guard.Duplicates duplicates, String rows) {
    assertThat(chosen(arm, quantile, duplicates)).isEqualTo(rows);
  }

  @Test
  void equalLossesPassTogether() {
    PoolRows same =
        new PoolRows(
            new long[] {1, 2, 3},
            new int[3],
            List.of("a"),
            new double[] {5, 5, 5},
            new double[3],
            new double[3],
            new int[3],
            new int[] {-1, -1, -1});
    assertThat(new Guard(.5, Guard.Duplicates.KEEP, 1).passing(same))
        .containsExactly(true, true, true);
  }
}
