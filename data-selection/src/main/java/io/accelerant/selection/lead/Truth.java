package io.accelerant.selection.lead;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is planted in the rows of the pool: for the arm oracle and for reports. No other choice
 * reads it.
 *
 * @param flags what is planted as the label of each row
 * @param wrong what no method should choose
 */
record Truth(PoolIndex flags, List<String> wrong) {
  static Truth of(Prompts pool, String split, List<String> wrong) {
    return new Truth(PoolIndex.of(pool.split(split), "planted", pool.uri()), wrong);
  }

  /**
   * Rows that the arm oracle chooses from.
   *
   * @param wanted what is planted in them; empty for all that is not wrong
   * @throws DataException if there is none
   */
  boolean[] clean(List<String> wanted) {
    boolean[] clean = new boolean[rows()];
    boolean any = false;
    for (int i = 0; i < clean.length; i++) {
      String flag = flags.taskNames().get(flags.tasks()[i]);
      clean[i] = wanted.isEmpty() ? !wrong.contains(flag) : wanted.contains(flag);
      any |= clean[i];
    }
    if (!any) {
      throw new DataException(
          Text.of(
              "No row of the pool is one for the arm oracle: planted is %s, %s = %s, %s = %s.",
              shares().keySet(), LeadKeys.WRONG.path(), wrong, LeadKeys.ORACLE.path(), wanted));
    }
    return clean;
  }

  /** How many there are. */
  int rows() {
    return flags.count();
  }

  private String of(long id) {
    return flags.taskNames().get(flags.tasks()[flags.row(id)]);
  }

  /** Share of each value among all rows; rows in which nothing is planted have none. */
  SortedMap<String, Double> shares() {
    return shares(flags.ids());
  }

  /** The same among uses of rows. */
  SortedMap<String, Double> shares(long[] uses) {
    SortedMap<String, Double> shares = new TreeMap<>();
    for (long id : uses) {
      String flag = of(id);
      if (!flag.isEmpty()) {
        shares.merge(flag, 1.0 / uses.length, Double::sum);
      }
    }
    return shares;
  }

  /** Share of what is wrong among uses of rows. */
  double wrongShare(long[] uses) {
    return Arrays.stream(uses).filter(id -> wrong.contains(of(id))).count() / (double) uses.length;
  }

  double wrongShare() {
    return wrongShare(flags.ids());
  }
}
