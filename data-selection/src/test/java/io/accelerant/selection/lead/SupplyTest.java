package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SupplyTest {
  private static final int ROWS = 60;
  private static final PoolRows POOL = RandomPool.of(ROWS, 2, 3);

  private static Rule rule(long budget, double rate, Rule.Count count, int uses) {
    return new Rule(
        budget,
        1,
        rate,
        count,
        .1,
        .1,
        LossChange.Kind.NONE,
        new Guard(1, Guard.Duplicates.KEEP, uses),
        8);
  }

  /** The first so many rows are clean. */
  private static Supply supply(Rule rule, int clean) {
    boolean[] flags = new boolean[ROWS];
    Arrays.fill(flags, 0, clean, true);
    return new Supply(rule, POOL, 3, flags);
  }

  private static Supply supply(long budget, Rule.Count count, int uses) {
    return supply(rule(budget, 0, count, uses), ROWS);
  }

  @Test
  void everyArmButFullNeedsItsBudget() {
    List<Arm> all = List.of(Arm.values());
    assertThatCode(() -> supply(ROWS, Rule.Count.USES, 1).require(all)).doesNotThrowAnyException();
    assertThatThrownBy(() -> supply(ROWS + 1, Rule.Count.USES, 1).require(all))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "The arm random may choose of 60 rows, each to be counted 1 times at most: lead.budget"
                + " = 61 is more. Set it to at most 60, or let more rows in by lead.guard or a"
                + " larger pool.");
    assertThatCode(() -> supply(ROWS + 1, Rule.Count.USES, 1).require(List.of(Arm.FULL)))
        .doesNotThrowAnyException();
  }

  @Test
  void theOracleHasCleanRowsOnly() {
    Supply supply = supply(rule(30, 0, Rule.Count.USES, 1), 29);
    assertThatThrownBy(() -> supply.require(List.of(Arm.ORACLE)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("oracle may choose of 29 rows");
    assertThatCode(() -> supply.require(List.of(Arm.RANDOM))).doesNotThrowAnyException();
  }

  @Test
  void usesOfARowCountUnlessTheBudgetIsOfDistinctRows() {
    List<Arm> lead = List.of(Arm.LEAD);
    assertThatCode(() -> supply(2 * ROWS, Rule.Count.USES, 2).require(lead))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> supply(2 * ROWS, Rule.Count.DISTINCT, 2).require(lead))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("at most 60");
  }

  /** Groups of about 10 rows: a tenth of fewer is nothing, whatever the budget. */
  @Test
  void wholeSharesOfSmallGroupsAreNothing() {
    List<Arm> faithful = List.of(Arm.LEAD_FAITHFUL);
    Supply small = supply(rule(1, .02, Rule.Count.USES, 1), ROWS);
    assertThatThrownBy(() -> small.require(faithful))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is sure of 0 rows (lead.rate = 0.02 takes nothing of fewer than 50")
        .hasMessageContaining("set lead.rate higher or lead.clusters lower");
    assertThatCode(() -> small.require(List.of(Arm.LEAD))).doesNotThrowAnyException();
    assertThatCode(() -> supply(rule(4 * ROWS, 1, Rule.Count.USES, 1), ROWS).require(faithful))
        .doesNotThrowAnyException();
  }

  /** What is promised is there: the most that is let through is reached. */
  @Test
  void anArmThatIsLetThroughUsesItsBudget() {
    long budget = 4 * 24;
    Rule rule = rule(budget, .2, Rule.Count.USES, 1);
    supply(rule, ROWS).require(List.of(Arm.LEAD_FAITHFUL));
    Selection selection = RandomPool.selection(POOL, Arm.LEAD_FAITHFUL, rule, 3, 1);
    while (!selection.isOver()) {
      RandomPool.end(selection, selection.next());
    }
    assertThat(selection.uses()).isEqualTo(budget);
  }

  @Test
  void aWarmUpNeedsItsRows() {
    assertThatCode(() -> Supply.requireWarmUp(POOL, ROWS)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Supply.requireWarmUp(POOL, ROWS + 1))
        .isInstanceOf(DataException.class)
        .hasMessage("The pool has 60 rows; lead.warmUp.rows = 61. Set it to at most that.");
  }
}
