package io.accelerant.distill.lsd;

import io.accelerant.core.report.Table;
import java.util.List;

/** What the students save, as three numbers each. */
final class LsdCost {
  private LsdCost() {}

  static String text(SampleMeter meter) {
    return "Three numbers for every speed-up. Limit: evaluations of the Euler sampler that the student equals, over the student's own. Measured: the same ratio in CPU time of the sampling tasks on this run's machines (exact teachers answer an unchanged state from a cache, so that many steps cost less than their number). Best simple baseline: the student's %s over that of the best of Euler, Tweedie, Jump Your Steps and the constant exponent at the same steps."
        .formatted(meter.mainMetric());
  }

  static Table table(Scoreboard board, List<Integer> steps) {
    Table table =
        Table.of(
            "M",
            "equals Euler at",
            "limit",
            "measured",
            "ratio to the best simple baseline",
            "which");
    for (int m : steps) {
      Scoreboard.Entry student = board.get("student", m);
      Scoreboard.EulerSteps equal = board.equivalentEulerSteps(m);
      Scoreboard.Entry near = nearest(board, equal.steps());
      Scoreboard.Entry best = best(board, m);
      table.row(
          m,
          equal.bounded(equal.steps()),
          equal.bounded((equal.steps() + 1) / (m + 1)),
          nanos(near) / nanos(student),
          board.main(student) / board.main(best),
          best.sampler());
    }
    return table;
  }

  private static Scoreboard.Entry nearest(Scoreboard board, double steps) {
    Scoreboard.Entry near = board.of("euler").get(0);
    for (Scoreboard.Entry entry : board.of("euler")) {
      if (Math.abs(entry.steps() - steps) < Math.abs(near.steps() - steps)) {
        near = entry;
      }
    }
    return near;
  }

  private static double nanos(Scoreboard.Entry entry) {
    return entry.pooled().nanos() / entry.pooled().samples();
  }

  private static Scoreboard.Entry best(Scoreboard board, int m) {
    Scoreboard.Entry best = board.get("constant", m);
    for (String name : List.of("euler", "tweedie", "jys")) {
      Scoreboard.Entry entry = board.get(name, m);
      if (board.main(entry) < board.main(best)) {
        best = entry;
      }
    }
    return best;
  }
}
