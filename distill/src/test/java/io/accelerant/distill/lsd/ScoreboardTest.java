package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.lsd.Scoreboard.EulerSteps;
import io.accelerant.distill.lsd.Scoreboard.EulerSteps.Bound;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
  private static final double DATA_ENTROPY = Math.log(2);

  private static LsdTeacher teacher() {
    MarkovChain chain = MarkovChain.countdown(2);
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 2);
    return new LsdTeacher(
        new MarkovSource(chain, process, 4),
        "a model",
        new SampleMeter.Countdown(),
        chain.bigram(4),
        DATA_ENTROPY,
        Optional.of(0.01),
        Optional.empty(),
        List.of(),
        List.of());
  }

  /** 200 samples of 100 pairs, all with the same error, and two symbols in this proportion. */
  private static Measured measured(double error, double share) {
    double[] main = new double[400];
    for (int b = 0; b < 200; b++) {
      main[2 * b] = 100 * error;
      main[2 * b + 1] = 100;
    }
    return new Measured(
        main, new double[] {share, 1 - share}, new double[][] {{1, 1, 1, 1}}, 5, 0, 0, 0);
  }

  private static Scoreboard.Entry entry(String sampler, int steps, double... errors) {
    return new Scoreboard.Entry(
        new Scoreboard.Key(sampler, steps),
        Arrays.stream(errors).mapToObj(e -> measured(e, 0.5)).toList());
  }

  /** Euler with 2, 4 and 8 steps at .4, .2 and .1; a student with 2 steps. */
  private static Scoreboard board(double student, Scoreboard.Entry... more) {
    List<Scoreboard.Entry> entries =
        new ArrayList<>(
            List.of(
                entry("euler", 8, 0.1),
                entry("euler", 2, 0.4),
                entry("euler", 4, 0.2),
                entry("constant", 2, 0.3),
                entry("student", 2, student)));
    entries.addAll(List.of(more));
    return new Scoreboard(teacher(), 0.03, 1, entries);
  }

  @Test
  void equivalentStepsAreInterpolatedBetweenMeasuredOnes() {
    EulerSteps between = board(0.2 / Math.sqrt(2)).equivalentEulerSteps(2);
    assertThat(between.steps()).isCloseTo(4 * Math.sqrt(2), within(1e-9));
    assertThat(between.bound()).isEqualTo(Bound.EXACT);
    assertThat(board(0.2).equivalentEulerSteps(2).steps()).isCloseTo(4, within(1e-9));
    assertThat(board(0.1).equivalentEulerSteps(2)).isEqualTo(new EulerSteps(8, Bound.EXACT));
    assertThat(board(0.4).equivalentEulerSteps(2)).isEqualTo(new EulerSteps(2, Bound.EXACT));
  }

  @Test
  void outsideTheMeasuredOnesThereIsOnlyABound() {
    assertThat(board(0.09).equivalentEulerSteps(2)).isEqualTo(new EulerSteps(8, Bound.MORE_THAN));
    assertThat(board(0.5).equivalentEulerSteps(2)).isEqualTo(new EulerSteps(2, Bound.AT_MOST));
    assertThat(board(0).equivalentEulerSteps(2)).isEqualTo(new EulerSteps(8, Bound.MORE_THAN));
  }

  @Test
  void anErrorOfZeroIsReachedWhereEulerReachesIt() {
    Scoreboard board = board(0, entry("euler", 16, 0));
    assertThat(board.equivalentEulerSteps(2)).isEqualTo(new EulerSteps(16, Bound.EXACT));
  }

  @Test
  void theVerdictSaysWhichEndOfTheMeasuredStepsWasPassed() {
    assertThat(board(0.09).verdicts(2).get(1))
        .contains("is worth more than 8.0 Euler steps")
        .endsWith("at equal entropy holds.");
    assertThat(board(0.5).verdicts(2).get(1))
        .contains("is worth at most 2.0 Euler steps")
        .endsWith("does NOT hold.");
    assertThat(board(0.25).verdicts(2).get(1))
        .contains("is worth 3.2 Euler steps")
        .endsWith("does NOT hold.");
    assertThat(board(0.15).verdicts(2).get(1)).endsWith("holds.").doesNotContain("NOT");
  }

  @Test
  void whatWasNotMeasuredIsNotJudged() {
    Scoreboard board =
        new Scoreboard(
            teacher(),
            0.03,
            1,
            List.of(entry("euler", 2, 0.4), entry("constant", 2, 0.4), entry("student", 2, 0.3)));
    assertThat(board.verdicts(2).get(1))
        .contains("more than 2.0 Euler steps")
        .endsWith("cannot be judged, Euler was not measured at 4 steps.");
  }

  @Test
  void lostVarietyVoidsTheClaim() {
    Scoreboard.Entry narrow =
        new Scoreboard.Entry(new Scoreboard.Key("student", 4), List.of(measured(0.05, 0.2)));
    Scoreboard board = board(0.1, narrow, entry("constant", 4, 0.3));
    assertThat(board.entropyGap(narrow)).isGreaterThan(0.03);
    assertThat(board.verdicts(4).get(1)).contains("NOT within 3%").endsWith("does NOT hold.");
  }

  @Test
  void everyControlHasItsSentence() {
    Scoreboard board = board(0.2, entry("jys", 2, 0.1), entry("paper", 2, 0.2));
    assertThat(board.verdicts(2))
        .hasSize(4)
        .anyMatch(line -> line.contains("the student beats the best constant exponent: -0.1000"))
        .anyMatch(line -> line.contains("the student is worse than jys: +0.1000"))
        .anyMatch(line -> line.contains("the student cannot be told from paper"));
  }

  @Test
  void metricsAreFlatWithTheirSpread() {
    Map<String, Number> metrics = board(0.2, entry("jys", 2, 0.1, 0.3)).metrics();
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
    Scoreboard board = board(0.09, entry("jys", 2, 0.2), entry("tweedie", 2, 0.35));
    assertThat(LsdCost.table(board, List.of(2)).markdown())
        .contains("more than 8.0", "more than 3.0", "jys", "0.45");
  }

  /** The rule for the control and the objectives: best of those with the data's variety. */
  @Test
  void theChoiceIsTheBestWithinTheEntropyGuardElseTheNearest() {
    Measured collapsed = measured(0.01, 0.1);
    Measured good = measured(0.2, 0.5);
    Measured better = measured(0.15, 0.48);
    assertThat(
            LsdStages.best(
                new SampleMeter.Countdown(), List.of(collapsed, good, better), DATA_ENTROPY, 0.03))
        .isEqualTo(2);
    assertThat(
            LsdStages.best(
                new SampleMeter.Countdown(), List.of(better, good, good), DATA_ENTROPY, 0.03))
        .isZero();
    assertThat(
            LsdStages.best(
                new SampleMeter.Countdown(), List.of(collapsed, better, good), DATA_ENTROPY, -1))
        .isEqualTo(2);
  }
}
