package io.accelerant.selection.subset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SubsetPlanTest {
  private static Set<Long> ids(SubsetPlan plan, long round) {
    Block block = plan.round(round);
    Permutation pi = PermutationKind.FEISTEL.of(plan.rows(), 42, block.pass());
    Set<Long> ids = new HashSet<>();
    LongStream.range(block.from(), block.to()).forEach(at -> ids.add(pi.id(at)));
    return ids;
  }

  @Property(tries = 200)
  void aPassWithoutReplacementIsDisjointRoundsOfExactSize(
      @ForAll @IntRange(min = 1, max = 3000) int rows,
      @ForAll @IntRange(min = 3, max = 1000) int thousandths) {
    SubsetPlan plan =
        SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, rows, thousandths / 1000.0, false);
    Set<Long> union = new HashSet<>();
    for (int e = 0; e < plan.slots(); e++) {
      Set<Long> round = ids(plan, e);
      assertThat(round).hasSize((int) plan.size());
      union.addAll(round);
      assertThat(plan.round(e).pass()).isZero();
    }
    assertThat(union).hasSize((int) (plan.slots() * plan.size()));
    assertThat(plan.round(plan.slots()).pass()).isEqualTo(1);
  }

  @Property(tries = 200)
  void aBalancedPassTakesEveryRecordOnceAndSizesDifferByOne(
      @ForAll @IntRange(min = 0, max = 3000) int rows,
      @ForAll @IntRange(min = 3, max = 1000) int thousandths) {
    SubsetPlan plan =
        SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, rows, thousandths / 1000.0, true);
    long[] sizes =
        LongStream.range(0, plan.slots()).map(e -> plan.round(e).size()).sorted().toArray();
    assertThat(Arrays.stream(sizes).sum()).isEqualTo(rows);
    assertThat(sizes[sizes.length - 1] - sizes[0]).isLessThanOrEqualTo(1);
  }

  /** The slot of a position is the round whose block holds it. */
  @Property(tries = 200)
  void slotsAndBlocksAgree(
      @ForAll @IntRange(min = 1, max = 500) int rows,
      @ForAll @IntRange(min = 3, max = 1000) int thousandths,
      @ForAll boolean balanced) {
    SubsetPlan plan =
        SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, rows, thousandths / 1000.0, balanced);
    for (long position = 0; position < rows; position++) {
      long at = position;
      int[] holders =
          IntStream.range(0, plan.slots()).filter(s -> plan.round(s).contains(at)).toArray();
      int slot = plan.slot(position);
      assertThat(holders).isEqualTo(slot < 0 ? new int[0] : new int[] {slot});
    }
  }

  @Test
  void whoSitsOutChangesFromPassToPass() {
    SubsetPlan plan = SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, 20, 0.3, false);
    assertThat(plan.slots()).isEqualTo(3);
    Set<Set<Long>> out = new HashSet<>();
    for (int pass = 0; pass < 10; pass++) {
      Set<Long> left = new HashSet<>(LongStream.range(0, 20).boxed().toList());
      for (int s = 0; s < 3; s++) {
        left.removeAll(ids(plan, 3L * pass + s));
      }
      assertThat(left).hasSize(2);
      out.add(left);
    }
    assertThat(out).hasSizeGreaterThan(7);
  }

  @Test
  void withReplacementCoversWhatTheFormulaSays() {
    SubsetPlan plan = SubsetPlan.of(SubsetMode.WITH_REPLACEMENT, 20_000, 0.1, false);
    Set<Long> seen = new HashSet<>();
    for (int e = 0; e < 10; e++) {
      Set<Long> round = ids(plan, e);
      assertThat(round).hasSize(2000);
      seen.addAll(round);
    }
    assertThat(seen.size() / 20_000.0).isBetween(0.641, 0.661); // 1 - 0.9^10 = 0.651
  }

  @Test
  void staticIsOneSubsetForEver() {
    SubsetPlan plan = SubsetPlan.of(SubsetMode.STATIC, 1000, 0.1, false);
    assertThat(ids(plan, 0)).hasSize(100).isEqualTo(ids(plan, 7));
    assertThat(plan.passes(50)).isEqualTo(1);
    assertThat(ids(SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, 1000, 0.1, false), 0))
        .isEqualTo(ids(plan, 0));
  }

  /** Method document, section 1: r = 1/4 and 8 rounds are two shuffled epochs, batch for batch. */
  @Test
  void withoutReplacementIsShuffledTrainingWhenTheRatioDivides() {
    int rows = 1000;
    int batch = 50;
    SubsetPlan plan = SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, rows, 0.25, false);
    List<List<Long>> ours = new ArrayList<>();
    for (int e = 0; e < 8; e++) {
      Block block = plan.round(e);
      Permutation pi = PermutationKind.AUTO.of(rows, 7, block.pass());
      batches(pi, block.from(), block.to(), batch, ours);
    }
    List<List<Long>> epochs = new ArrayList<>();
    for (int pass = 0; pass < 2; pass++) {
      batches(PermutationKind.AUTO.of(rows, 7, pass), 0, rows, batch, epochs);
    }
    assertThat(ours).hasSize(40).isEqualTo(epochs);
    assertThat(new SubsetSchedule(plan.size(), batch, 8).steps())
        .isEqualTo(new SubsetSchedule(rows, batch, 2).steps());
  }

  private static void batches(
      Permutation pi, long from, long to, int batch, List<List<Long>> into) {
    for (long at = from; at < to; at += batch) {
      into.add(LongStream.range(at, Math.min(to, at + batch)).mapToObj(pi::id).toList());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5, 0, 1", "1, 0.5, 1, 1", "1, 0.4, 0, 1", "2, 0.5, 1, 2", "3, 0.5, 2, 1",
    "3, 1.0, 3, 1", "3, 0.1, 0, 1", "1000, 0.145, 145, 6", "20, 0.3, 6, 3", "10, 0.05, 1, 10",
    "16777216, 0.1, 1677722, 9", "9007199254740995, 1.0, 9007199254740995, 1"
  })
  void sizesAndRoundsOfAPass(long rows, double ratio, long size, int slots) {
    SubsetPlan plan = SubsetPlan.of(SubsetMode.WITHOUT_REPLACEMENT, rows, ratio, false);
    assertThat(plan.size()).isEqualTo(size);
    assertThat(plan.slots()).isEqualTo(slots);
    assertThat(plan.round(slots).pass()).isEqualTo(1);
    assertThat(plan.passes(slots)).isEqualTo(1);
    assertThat(plan.passes(slots + 1)).isEqualTo(2);
    assertThat(plan.passes(0)).isZero();
  }

  @ParameterizedTest
  @EnumSource(SubsetMode.class)
  void anEmptyTableHasEmptyRounds(SubsetMode mode) {
    assertThat(SubsetPlan.of(mode, 0, 0.1, false).round(3).size()).isZero();
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> SubsetPlan.size(10, 0)).hasMessageContaining("ratio");
    assertThatThrownBy(() -> SubsetPlan.size(10, Double.NaN)).hasMessageContaining("ratio");
    assertThatThrownBy(() -> SubsetPlan.of(SubsetMode.STATIC, 10, 0.5, true))
        .hasMessageContaining("nothing to balance");
    assertThatThrownBy(() -> new SubsetPlan(SubsetMode.WITHOUT_REPLACEMENT, 10, 4, 3, false))
        .hasMessageContaining("do not fit");
  }

  @Test
  void strataKeepTheirShareAndChangePassTogether() {
    TreeMap<String, Long> classes = new TreeMap<>();
    classes.put("a", 100L);
    classes.put("b", 15L); // k = 2, 7 rounds a pass
    classes.put("c", 3L); // k = 0
    StratifiedPlan plan =
        StratifiedPlan.of(SubsetMode.WITHOUT_REPLACEMENT, classes, 0.1, false, 42);
    assertThat(plan.slots()).isEqualTo(7);
    assertThat(plan.rows()).isEqualTo(118);
    for (int e = 0; e < 20; e++) {
      assertThat(plan.size(e)).isEqualTo(12);
      for (Stratum stratum : plan.strata()) {
        assertThat(stratum.plan().round(e).pass()).isEqualTo(e / 7);
      }
    }
    assertThat(plan.strata()).extracting(Stratum::seed).doesNotHaveDuplicates();
  }

  @Test
  void theScheduleRunsOverTheStepsOfTheSubsets() {
    SubsetSchedule schedule = new SubsetSchedule(6000, 128, 40);
    assertThat(schedule.stepsPerRound()).isEqualTo(47);
    assertThat(schedule.steps()).isEqualTo(1880); // method document, section 6
    assertThat(new SubsetSchedule(600, 128, 40).steps()).isEqualTo(200);
    assertThat(new SubsetSchedule(3000, 128, 40).steps()).isEqualTo(960);
    assertThat(new SubsetSchedule(60_000, 128, 40).steps()).isEqualTo(18_760);
    var rate = schedule.cosine(0.1, 1e-4);
    assertThat(rate.at(0)).isEqualTo(0.1);
    assertThat(rate.at(940)).isCloseTo(0.05005, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(rate.at(1880)).isEqualTo(1e-4);
  }
}
