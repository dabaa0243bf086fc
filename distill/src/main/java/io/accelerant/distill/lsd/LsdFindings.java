package io.accelerant.distill.lsd;

import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.Scoreboard;
import io.accelerant.core.report.Scoreboard.Bound;
import io.accelerant.core.report.Scoreboard.Entry;
import io.accelerant.core.report.Scoreboard.Reached;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.distill.measure.Measured;
import io.accelerant.distill.measure.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run learned and measured, and what follows from it: metrics, verdicts, the number of plain
 * steps a student replaces.
 *
 * @param guard largest relative gap to the entropy of the data that counts as equal
 * @param seed of the intervals
 * @param learned by number of steps, in rising order
 */
record LsdFindings(
    Reference reference,
    double guard,
    long seed,
    Map<Integer, Learned> learned,
    Scoreboard<Row, Measured> board) {
  /**
   * What was found for one number of steps.
   *
   * @param jumps times of Jump Your Steps
   * @param fits everything that was fitted, by objective; scoreL2 is the first, whether it was
   *     asked for or not
   * @param exponent of the constant control
   * @param student the chosen sampler
   */
  record Learned(
      double[] jumps, Map<Objective, Fitted> fits, double exponent, LsdSchedule student) {}

  /** Student minus best constant on the main metric, paired by seed and sample. */
  PairedDifference verdict(int steps) {
    return difference(steps, Row.CONSTANT);
  }

  private PairedDifference difference(int steps, Row control) {
    return reference.difference(board.get(Row.STUDENT, steps), board.get(control, steps), seed);
  }

  /** Number of Euler steps that reach the main metric of the student. */
  Reached equivalentEulerSteps(int steps) {
    double wanted = reference.main(board.get(Row.STUDENT, steps));
    return board.stepsToReach(Row.EULER, wanted, reference.meter()::of);
  }

  /** The flat metrics of the job. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>(reference.metrics());
    board.entries().forEach(entry -> metrics.putAll(reference.metrics(entry)));
    learned.forEach(
        (m, found) -> {
          metrics.put("constant.m" + m + ".exponent", found.exponent());
          metrics.putAll(verdict(m).metrics("verdict.m" + m));
          metrics.putAll(difference(m, Row.EULER).metrics("verdict.m" + m + ".euler"));
          metrics.put("student.m" + m + ".equivalentEulerSteps", equivalentEulerSteps(m).steps());
        });
    return metrics;
  }

  /** Sentences that say what the numbers mean for a student, the unwelcome ones included. */
  List<String> verdicts(int steps) {
    List<String> lines = new ArrayList<>();
    String metric = reference.meter().mainMetric();
    lines.add(
        Text.of(
            "M = %d, %s: %s.",
            steps, metric, verdict(steps).verdict("the student", "the best constant exponent")));
    Reached euler = equivalentEulerSteps(steps);
    double gap = reference.entropyGap(board.get(Row.STUDENT, steps));
    boolean guarded = gap <= guard;
    lines.add(
        Text.of(
            "M = %d: the student is worth %s Euler steps; its entropy is %.2f%% off the data's, %s"
                + " %.0f%%: the claim of twice the steps at equal entropy %s.",
            steps,
            euler.bounded(euler.steps()),
            100 * gap,
            guarded ? "within" : "NOT within",
            100 * guard,
            claim(euler, steps, guarded)));
    for (Row control : List.of(Row.JYS, Row.PAPER)) {
      if (board.find(control, steps).isPresent()) {
        String verdict = difference(steps, control).verdict("the student", control.toString());
        lines.add(Text.of("M = %d, %s: %s.", steps, metric, verdict));
      }
    }
    return lines;
  }

  private static String claim(Reached euler, int steps, boolean guarded) {
    boolean twice = euler.bound() != Bound.AT_MOST && euler.steps() >= 2 * steps;
    if (guarded && !twice && euler.bound() == Bound.MORE_THAN) {
      return "cannot be judged, Euler was not measured at " + 2 * steps + " steps";
    }
    return guarded && twice ? "holds" : "does NOT hold";
  }

  /** What the students save, as three numbers each. */
  Table cost(List<Integer> steps) {
    Table table =
        Table.of(
            "M",
            "equals Euler at",
            "limit",
            "measured",
            "ratio to the best simple baseline",
            "which");
    for (int m : steps) {
      Entry<Row, Measured> student = board.get(Row.STUDENT, m);
      Reached equal = equivalentEulerSteps(m);
      Entry<Row, Measured> best =
          board.best(
              List.of(Row.CONSTANT, Row.EULER, Row.TWEEDIE, Row.JYS), m, reference.meter()::of);
      table.row(
          m,
          equal.bounded(equal.steps()),
          equal.bounded((equal.steps() + 1) / (m + 1)),
          nanos(board.nearest(Row.EULER, equal.steps())) / nanos(student),
          reference.main(student) / reference.main(best),
          best.row().toString());
    }
    return table;
  }

  private static double nanos(Entry<Row, Measured> entry) {
    Measured pooled = Measured.concatenate(entry.seeds());
    return pooled.nanos() / pooled.samples();
  }

  String costText() {
    return Text.of(
        "Three numbers for every speed-up. Limit: evaluations of the Euler sampler that the student"
            + " equals, over the student's own. Measured: the same ratio in CPU time of the"
            + " sampling tasks on this run's machines (exact teachers answer an unchanged state"
            + " from a cache, so that many steps cost less than their number). Best simple"
            + " baseline: the student's %s over that of the best of Euler, Tweedie, Jump Your Steps"
            + " and the constant exponent at the same steps.",
        reference.meter().mainMetric());
  }
}
