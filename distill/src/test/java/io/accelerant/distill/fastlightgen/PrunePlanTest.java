package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrunePlanTest {
  /** As a small teacher of videos was measured: the last three are alike. */
  private static final double[] DELTA = {
    .039, .062, .024, .073, .014, .048, .012, .006, .007, .008
  };

  private static long[] even(int blocks) {
    long[] sizes = new long[blocks];
    Arrays.fill(sizes, 32_880);
    return sizes;
  }

  @Test
  void theLeastMissedGoUntilTheFractionIsReached() {
    PrunePlan plan = PrunePlan.oneShot(DELTA, even(10), .3, false);
    assertThat(plan.removed()).containsExactly(7, 8, 9);
    assertThat(plan.share()).isEqualTo(.3);
    assertThat(plan.skippable()).containsExactly(4, 6, 7, 8, 9);
    assertThat(plan.kept()).containsExactly(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void theGuardBeatsDelta() {
    PrunePlan plan = PrunePlan.oneShot(DELTA, even(10), .3, true);
    assertThat(plan.removed()).containsExactly(6, 7, 8);
    assertThat(plan.skippable()).containsExactly(2, 4, 6, 7, 8);
    assertThat(plan.reason(9)).isEqualTo("guarded");
    assertThat(plan.reason(0)).isEqualTo("guarded");
    assertThat(List.of(plan.reason(8), plan.reason(4), plan.reason(5)))
        .containsExactly("pruned", "skipped", "kept");
  }

  /** What half of the blocks hold may be more than half of the parameters, and the other way. */
  @Test
  void sizesDecideHowManyGo() {
    long[] sizes = {10, 10, 60, 10, 10};
    double[] delta = {9, 1, 0, 2, 9};
    assertThat(PrunePlan.oneShot(delta, sizes, .3, true).removed()).containsExactly(2);
    assertThat(PrunePlan.oneShot(delta, sizes, .61, true).removed()).containsExactly(1, 2);
    PrunePlan most = PrunePlan.oneShot(delta, sizes, .8, true);
    assertThat(most.removed()).containsExactly(1, 2, 3);
    assertThat(most.skippable()).containsExactly(1, 2, 3);
  }

  @Test
  void ofEqualBlocksTheFirstGoes() {
    assertThat(PrunePlan.oneShot(new double[] {1, 1, 1, 1}, even(4), .25, false).removed())
        .containsExactly(0);
  }

  /** Blocks 1 and 2 do the same: either may go, both may not. */
  @Test
  void theGreedyOrderMeasuresAnewAfterEachRemoval() {
    List<List<Integer>> asked = new ArrayList<>();
    PrunePlan plan =
        PrunePlan.greedy(
            gone -> {
              asked.add(gone);
              return gone.isEmpty()
                  ? new double[] {9, .1, .2, .5, 9}
                  : new double[] {9, 0, 8, .6, 9};
            },
            even(5),
            .4,
            true);
    assertThat(plan.removed()).containsExactly(1, 3);
    assertThat(plan.order()).containsExactly(1, 3);
    assertThat(asked).containsExactly(List.of(), List.of(1));
    assertThat(plan.reason(2)).isEqualTo("kept");
    double[] first = {9, .1, .2, .5, 9};
    assertThat(PrunePlan.oneShot(first, even(5), .4, true).removed()).containsExactly(1, 2);
  }

  @Test
  void moreThanMayGoIsRefused() {
    assertThatThrownBy(() -> PrunePlan.oneShot(new double[4], even(4), .6, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 of 4 blocks may go, which hold 0.5");
    assertThatThrownBy(() -> PrunePlan.oneShot(new double[4], even(4), 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaves no block");
  }
}
