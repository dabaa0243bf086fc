package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.decode.Sched.Reading;
import io.accelerant.distill.decode.Sched.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules on tables that are written down, with what they do worked out by hand. */
class RuleExamplesTest {
  private static final int M = 3;

  private static Decoded write(UnmaskRule rule, TableModel model, int length) {
    int[] row = new int[length];
    Arrays.fill(row, M);
    return MaskedDecoding.of(rule, 0)
        .run(model, List.of(new MaskedDecoding.Request(0, 0, row)), Draws.keyed(1))
        .get(0);
  }

  private static int left(int[] row) {
    return (int) IntStream.of(row).filter(token -> token == M).count();
  }

  /** Token 0 with a confidence by row and position. */
  private static TableModel sure(ToDoubleBiFunction<int[], Integer> confidence) {
    return new TableModel(
        3,
        (row, position) -> {
          double c = confidence.applyAsDouble(row, position);
          double rest = StrictMath.log((1 - c) / 2);
          return new double[] {StrictMath.log(c), rest, rest};
        });
  }

  private static TableModel confident(double... confidences) {
    return sure((row, position) -> confidences[position]);
  }

  /** Token 0 before the others by a margin of logits, or token 1 if it is negative. */
  private static TableModel margins(ToDoubleBiFunction<int[], Integer> margin) {
    return new TableModel(
        3,
        (row, position) -> {
          double by = margin.applyAsDouble(row, position);
          return new double[] {Math.max(by, 0), Math.max(-by, 0), 0};
        });
  }

  @Test
  void countsAreAsEqualAsCanBeAndTheLargerOnesFirst() {
    TableModel flat = confident(.9, .8, .7, .6, .5, .45, .4);
    assertThat(write(new Quota(Order.CONFIDENCE, 3), flat, 7).committedAt())
        .containsExactly(1, 1, 1, 2, 2, 3, 3);
    for (int positions = 1; positions < 12; positions++) {
      for (int steps = 1; steps < 15; steps++) {
        Quota.Plan plan = Quota.Plan.of(positions, steps);
        int done = 0;
        for (int step = 0; step < plan.steps(); step++) {
          assertThat(plan.step(done)).isEqualTo(step);
          done += plan.count(done);
        }
        assertThat(done).isEqualTo(positions);
      }
    }
  }

  @Test
  void ordersDiffer() {
    double[][] laws = {{.6, .39, .01}, {.55, .23, .22}, {.61, .2, .19}};
    TableModel model =
        new TableModel(
            3, (row, position) -> Arrays.stream(laws[position]).map(StrictMath::log).toArray());
    assertThat(write(new Quota(Order.CONFIDENCE, 0), model, 3).committedAt())
        .containsExactly(2, 3, 1);
    assertThat(write(new Quota(Order.MARGIN, 0), model, 3).committedAt()).containsExactly(3, 2, 1);
    assertThat(write(new Quota(Order.ENTROPY, 0), model, 3).committedAt()).containsExactly(1, 3, 2);
  }

  @Test
  void whatIsExactlyAtTheThresholdWaitsIfItIsStrict() {
    TableModel sure = confident(1, 1, .6, 1);
    assertThat(write(new ConfidenceThreshold(1, false), sure, 4).committedAt())
        .containsExactly(1, 1, 2, 1);
    assertThat(write(new ConfidenceThreshold(1, true), sure, 4).committedAt())
        .containsExactly(1, 2, 4, 3);
    assertThat(write(new EntropyThreshold(0, false), sure, 4).committedAt())
        .containsExactly(1, 1, 2, 1);
    assertThat(write(new EntropyThreshold(0, true), sure, 4).committedAt())
        .containsExactly(1, 2, 4, 3);
  }

  @Test
  void theFactorAsksMoreOfEachPositionThanOfTheOneBefore() {
    // 1, 2/3, 3/4, 4/5: the first always, the third fails, and the fourth with it
    assertThat(write(new Factor(1), confident(.72, .82, .9, .74, .45), 5).committedAt())
        .containsExactly(2, 1, 1, 2, 3);
  }

  @Test
  void saberMasksAgainWhatRoseLeast() {
    double[][] byLeft = {{}, {}, {.95, .9, .9, .95}, {.95, .84, .9, .5}, {.9, .8, .7, .6}};
    TableModel model = sure((row, position) -> byLeft[left(row)][position]);
    // 0, 1 and back 1 (.8 < .9); mean .85: 2, and 1 with it, and back 1 (.04); mean .88: 1, 3
    Decoded text = write(new Saber(2), model, 4);
    assertThat(text.committedAt()).containsExactly(1, 3, 2, 3);
    assertThat(text.evaluations()).isEqualTo(3);
  }

  @Test
  void saberRemembersTheConfidenceOfWhatItMaskedAgain() {
    // all above (.9 + .8) / 2, not above .9
    double[] first = {.9, .8, .7, .6};
    TableModel model =
        sure((row, position) -> left(row) == 4 ? first[position] : .86 + .01 * position);
    assertThat(write(new Saber(2), model, 4).committedAt()).containsExactly(1, 2, 2, 2);
  }

  @Test
  void saberMasksFewerAgainThanItHasCommitted() {
    assertThat(IntStream.of(2, 9, 16, 17).map(new Saber(2)::again)).containsExactly(1, 2, 2, 3);
    assertThat(IntStream.of(6, 30).map(new Saber(6)::again)).containsExactly(3, 4);
    assertThat(IntStream.of(1, 2, 9).map(new Saber(1)::again)).containsExactly(0, 1, 2);
  }

  @Test
  void thresholdsOfAnExitFallFromHighToLow() {
    Quota base = new Quota(Order.CONFIDENCE, 0);
    for (Shape shape : Shape.values()) {
      Sched sched = new Sched(base, 7.5, 2.5, shape, 2, Reading.CODE);
      assertThat(sched.threshold(0, 5)).isCloseTo(7.5, within(1e-12));
      assertThat(sched.threshold(0, 1)).isEqualTo(2.5); // of one step the last
    }
    assertThat(new Sched(base, 7.5, 2.5, Shape.LINEAR, 2, Reading.CODE).threshold(1, 5))
        .isCloseTo(6.25, within(1e-12));
    assertThat(new Sched(base, 7.5, 2.5, Shape.COSINE, 2, Reading.CODE).threshold(1, 5))
        .isCloseTo(5 + 2.5 * StrictMath.sqrt(.5), within(1e-12));
    assertThat(new Sched(base, 7.5, 2.5, Shape.EXPONENTIAL, 2, Reading.CODE).threshold(4, 5))
        .isCloseTo(2.5 + 5 * StrictMath.exp(-2), within(1e-12));
  }

  private static Sched linear(Reading reading) {
    return new Sched(new Quota(Order.CONFIDENCE, 0), 4, 0, Shape.LINEAR, 0, reading);
  }

  /** Thresholds of five positions: 4, 3, 2, 1, 0. */
  @ParameterizedTest
  @EnumSource
  void theExitTakesAllThatIsOpen(Reading reading) {
    Decoded text = write(linear(reading), margins((row, position) -> 2.5), 5);
    assertThat(text.committedAt()).containsExactly(1, 2, 3, 3, 3);
    assertThat(text.evaluations()).isEqualTo(3);
  }

  @Test
  void theReadingsTakeTheMeanOfTheAnswerAndOfWhatIsMasked() {
    // at step 2 (2 * 10 + 3 * 1) / 5 reaches 2, and 1 reaches it at step 3
    TableModel model = margins((row, position) -> row[position] == M ? 1 : 10);
    assertThat(write(linear(Reading.PAPER), model, 5).evaluations()).isEqualTo(3);
    assertThat(write(linear(Reading.CODE), model, 5).evaluations()).isEqualTo(4);
  }

  @Test
  void theCodeWaitsUntilTheLikeliestTokensStay() {
    // those of the last position change at the third forward
    TableModel model = margins((row, position) -> position == 4 && left(row) < 4 ? -2.5 : 2.5);
    assertThat(write(linear(Reading.PAPER), model, 5).evaluations()).isEqualTo(3);
    assertThat(write(linear(Reading.CODE), model, 5).evaluations()).isEqualTo(4);
    TableModel sure = margins((row, position) -> 9);
    assertThat(write(linear(Reading.PAPER), sure, 5).evaluations()).isEqualTo(1);
    assertThat(write(linear(Reading.CODE), sure, 5).evaluations()).isEqualTo(2);
  }

  @Test
  void infoGainTakesThePositionThatSettlesTheRest() {
    // which is not the surest
    double[] before = {.68, .7, .5};
    TableModel model = sure((row, position) -> row[0] == M ? before[position] : .99);
    InfoGain rule = new InfoGain(60, .5, 1, InfoGain.Variant.COST); // draws all three
    Decoded text = write(rule, model, 3);
    assertThat(text.committedAt()[0]).isEqualTo(2);
    assertThat(text.evaluations()).isEqualTo(3);
    assertThat(text.rowsRead()).isEqualTo(1 + 3 + 2);
    assertThat(text.logP()[0]).isCloseTo(StrictMath.log(.68), within(1e-12));
  }

  @Test
  void lookingAheadAlonePaysForWhatItCommits() {
    // position 2 is a guess that makes the rest a little surer
    TableModel model = sure((row, position) -> position == 2 ? .34 : row[2] == M ? .8 : .83);
    assertThat(write(new InfoGain(60, .5, 1, InfoGain.Variant.LOOKUM), model, 3).committedAt()[2])
        .isEqualTo(2);
    assertThat(write(new InfoGain(60, .5, 1, InfoGain.Variant.COST), model, 3).committedAt()[2])
        .isEqualTo(3);
  }

  @Test
  void aBlockOfWhichAllIsSureIsFilledAtOnce() {
    Decoded text =
        write(new InfoGain(8, .2, .8, InfoGain.Variant.COST), confident(.8001, .9, .85), 3);
    assertThat(text.committedAt()).containsExactly(1, 1, 1);
    assertThat(text.rowsRead()).isEqualTo(1);
  }
}
