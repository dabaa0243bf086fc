package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.report.Scoreboard;
import io.accelerant.core.report.Scoreboard.Bound;
import io.accelerant.core.report.Scoreboard.Entry;
import io.accelerant.core.report.Scoreboard.Reached;
import io.accelerant.distill.measure.Measured;
import io.accelerant.distill.measure.Reference;
import io.accelerant.distill.measure.SampleMeter;
import io.accelerant.distill.model.markov.MarkovChain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LsdFindingsTest {
  private static final double DATA_ENTROPY = Math.log(2);

  private static Reference reference() {
    return new Reference(
        new SampleMeter.Countdown(),
        MarkovChain.countdown(2).bigram(4),
        DATA_ENTROPY,
        Optional.of(0.01));
  }

  /** 200 samples of 101 symbols, all with the same error, two symbols in this proportion. */
  private static Measured measured(double error, double share) {
    double[] main = new double[400];
    for (int b = 0; b < 200; b++) {
      main[2 * b] = 100 * error;
      main[2 * b + 1] = 100;
    }
    double[] symbols = {20200 * share, 20200 * (1 - share)};
    return new Measured(main, symbols, new long[][] {{0, 1, 1, 1, 2, 1, 3, 1}}, 5, 0, 0, 0);
  }

  private static Entry<Row, Measured> entry(Row row, int steps, double... errors) {
    return new Entry<>(row, steps, Arrays.stream(errors).mapToObj(e -> measured(e, 0.5)).toList());
  }

  /** Euler with 2, 4 and 8 steps at .4, .2 and .1; a student with 2 steps. */
  @SafeVarargs
  private static LsdFindings findings(double student, Entry<Row, Measured>... more) {
    List<Entry<Row, Measured>> entries =
        new ArrayList<>(
            List.of(
                entry(Row.EULER, 8, 0.1),
                entry(Row.EULER, 2, 0.4),
                entry(Row.EULER, 4, 0.2),
                entry(Row.CONSTANT, 2, 0.3),
                entry(Row.STUDENT, 2, student)));
    entries.addAll(List.of(more));
    return findings(entries);
  }

  private static LsdFindings findings(List<Entry<Row, Measured>> entries) {
    return new LsdFindings(reference(), 0.03, 1, Map.of(), new Scoreboard<>(entries));
  }

  @Test
  void aStudentIsWorthTheEulerStepsThatReachIt() {
    assertThat(findings(0.2).equivalentEulerSteps(2).steps()).isCloseTo(4, within(1e-9));
    assertThat(findings(0.1).equivalentEulerSteps(2)).isEqualTo(new Reached(8, Bound.EXACT));
  }

  @Test
  void theVerdictSaysWhichEndOfTheMeasuredStepsWasPassed() {
    assertThat(findings(0.09).verdicts(2).get(1))
        .contains("is worth more than 8.0 Euler steps")
        .endsWith("at equal entropy holds.");
    assertThat(findings(0.5).verdicts(2).get(1))
        .contains("is worth at most 2.0 Euler steps")
        .endsWith("does NOT hold.");
    assertThat(findings(0.25).verdicts(2).get(1))
        .contains("is worth 3.2 Euler steps")
        .endsWith("does NOT hold.");
    assertThat(findings(0.15).verdicts(2).get(1)).endsWith("holds.").doesNotContain("NOT");
  }

  @Test
  void whatWasNotMeasuredIsNotJudged() {
    LsdFindings findings =
        findings(
            List.of(
                entry(Row.EULER, 2, 0.4), entry(Row.CONSTANT, 2, 0.4), entry(Row.STUDENT, 2, 0.3)));
    assertThat(findings.verdicts(2).get(1))
        .contains("more than 2.0 Euler steps")
        .endsWith("cannot be judged, Euler was not measured at 4 steps.");
  }

  @Test
  void lostVarietyVoidsTheClaim() {
    Entry<Row, Measured> narrow = new Entry<>(Row.STUDENT, 4, List.of(measured(0.05, 0.2)));
    LsdFindings findings = findings(0.1, narrow, entry(Row.CONSTANT, 4, 0.3));
    assertThat(reference().entropyGap(narrow)).isGreaterThan(0.03);
    assertThat(findings.verdicts(4).get(1)).contains("NOT within 3%").endsWith("does NOT hold.");
  }

  @Test
  void everyControlHasItsSentence() {
    LsdFindings findings = findings(0.2, entry(Row.JYS, 2, 0.1), entry(Row.PAPER, 2, 0.2));
    assertThat(findings.verdicts(2))
        .hasSize(4)
        .anyMatch(line -> line.contains("the student beats the best constant exponent: -0.1000"))
        .anyMatch(line -> line.contains("the student is worse than jys: +0.1000"))
        .anyMatch(line -> line.contains("the student cannot be told from paper"));
  }

  @Test
  void metricsAreFlatWithTheirSpread() {
    Map<String, Number> metrics = findings(0.2, entry(Row.JYS, 2, 0.1, 0.3)).metrics();
    assertThat(metrics)
        .containsEntry("data.entropy", DATA_ENTROPY)
        .containsEntry("data.transitionError", 0.01)
        .containsEntry("student.m2.nfe", 5)
        .containsEntry("student.m2.transitionError.sd", 0.0)
        .containsEntry("student.m2.sequenceError", 1.0)
        .containsKeys("euler.m8.entropy", "euler.m8.entropy.sd", "euler.m8.bigramTv");
    assertThat(metrics.get("jys.m2.transitionError").doubleValue()).isCloseTo(0.2, within(1e-12));
    assertThat(metrics.get("jys.m2.transitionError.sd").doubleValue())
        .isCloseTo(Math.sqrt(0.02), within(1e-12));
  }

  @Test
  void theCostTableNamesTheBestSimpleBaseline() {
    LsdFindings findings = findings(0.09, entry(Row.JYS, 2, 0.2), entry(Row.TWEEDIE, 2, 0.35));
    assertThat(findings.cost(List.of(2)).markdown())
        .contains("more than 8.0", "more than 3.0", "jys", "0.45");
  }

  /** The rule for the control and the objectives: best of those with the data's variety. */
  @Test
  void theChoiceIsTheBestWithinTheEntropyGuardElseTheNearest() {
    Measured collapsed = measured(0.01, 0.1);
    Measured good = measured(0.2, 0.5);
    Measured better = measured(0.15, 0.48);
    assertThat(reference().best(List.of(collapsed, good, better), 0.03)).isEqualTo(2);
    assertThat(reference().best(List.of(better, good, good), 0.03)).isZero();
    assertThat(reference().best(List.of(collapsed, better, good), -1)).isEqualTo(2);
  }
}
