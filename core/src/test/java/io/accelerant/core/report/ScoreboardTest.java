package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.report.Scoreboard.Bound;
import io.accelerant.core.report.Scoreboard.Entry;
import io.accelerant.core.report.Scoreboard.Reached;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
  private static Entry<String, Double> entry(String row, int steps, Double... seeds) {
    return new Entry<>(row, steps, Arrays.asList(seeds));
  }

  /** Euler with 2, 4 and 8 steps at .4, .2 and .1, and a jump of another row. */
  private static final Scoreboard<String, Double> BOARD =
      new Scoreboard<>(
          List.of(
              entry("euler", 8, 0.1),
              entry("euler", 2, 0.3, 0.5),
              entry("euler", 4, 0.2),
              entry("jump", 2, 0.4)));

  private static Reached reach(double wanted) {
    return BOARD.stepsToReach("euler", wanted, x -> x);
  }

  @Test
  void stepsAreInterpolatedBetweenMeasuredOnes() {
    assertThat(reach(0.2 / Math.sqrt(2)).steps()).isCloseTo(4 * Math.sqrt(2), within(1e-9));
    assertThat(reach(0.2 / Math.sqrt(2)).bound()).isEqualTo(Bound.EXACT);
    assertThat(reach(0.2).steps()).isCloseTo(4, within(1e-9));
    assertThat(reach(0.1)).isEqualTo(new Reached(8, Bound.EXACT));
    assertThat(reach(0.4)).isEqualTo(new Reached(2, Bound.EXACT));
  }

  @Test
  void outsideTheMeasuredOnesThereIsOnlyABound() {
    assertThat(reach(0.09)).isEqualTo(new Reached(8, Bound.MORE_THAN));
    assertThat(reach(0.5)).isEqualTo(new Reached(2, Bound.AT_MOST));
    assertThat(reach(0)).isEqualTo(new Reached(8, Bound.MORE_THAN));
    assertThat(reach(0.09).bounded(3)).isEqualTo("more than 3.0");
  }

  @Test
  void anErrorOfZeroIsReachedWhereTheRowReachesIt() {
    Scoreboard<String, Double> board =
        new Scoreboard<>(List.of(entry("euler", 8, 0.1), entry("euler", 16, 0.0)));
    assertThat(board.stepsToReach("euler", 0, x -> x)).isEqualTo(new Reached(16, Bound.EXACT));
  }

  @Test
  void rowsAreSortedBySteps() {
    assertThat(BOARD.of("euler")).extracting(Entry::steps).containsExactly(2, 4, 8);
    assertThat(BOARD.nearest("euler", 3).steps()).isEqualTo(2); // of two as near
    assertThat(BOARD.nearest("euler", 7).steps()).isEqualTo(8);
  }

  @Test
  void theBestHasTheSmallestMeanAndIsNamedFirst() {
    assertThat(BOARD.best(List.of("jump", "euler"), 2, x -> x).row()).isEqualTo("jump");
    assertThat(BOARD.best(List.of("jump", "euler"), 2, x -> x == 0.3 ? 0 : x).row())
        .isEqualTo("euler");
  }

  @Test
  void metricsHaveMeanAndSpread() {
    assertThat(BOARD.get("euler", 2).metrics("error", x -> x))
        .containsEntry("euler.m2.error", 0.4)
        .hasEntrySatisfying(
            "euler.m2.error.sd",
            sd -> assertThat(sd.doubleValue()).isCloseTo(Math.sqrt(0.02), within(1e-12)));
    assertThat(BOARD.get("jump", 2).as("student").metrics("error", x -> x))
        .containsEntry("student.m2.error.sd", 0.0);
  }

  @Test
  void whatWasNotMeasuredIsNotThere() {
    assertThat(BOARD.find("jump", 4)).isEmpty();
    assertThatThrownBy(() -> BOARD.get("jump", 4)).isInstanceOf(NoSuchElementException.class);
  }
}
