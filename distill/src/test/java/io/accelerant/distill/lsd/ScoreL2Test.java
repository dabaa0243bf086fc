package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScoreL2Test {
  private static final DiffusionProcess ABSORB = process(DiffusionGraph.ABSORB);
  private static final DiffusionProcess UNIFORM = process(DiffusionGraph.UNIFORM);
  private static final int MASK = 3;

  /** Two steps: sums of products, of the student's squares, of the teacher's squares. */
  private static final double[] SUMS = {6, 10, 4, 8, 9, 13};

  private static DiffusionProcess process(DiffusionGraph graph) {
    return new DiffusionProcess(graph, new NoiseSchedule.LogLinear(1e-3), 3);
  }

  private static double[] add(
      DiffusionProcess process, CoefficientMode mode, ScoreRow student, ScoreRow teacher) {
    double[] sums = new double[6];
    ScoreL2.add(process, mode, student, teacher, 0.5, sums, 1);
    return sums;
  }

  private static ScoreRow row(int symbol, double... scores) {
    return new ScoreRow(symbol, scores, 0);
  }

  @Test
  void sumsAreThoseOfTheEntriesWithoutTheOwnOne() {
    assertThat(
            add(
                UNIFORM,
                CoefficientMode.SCALE,
                row(0, 1, 2, 3), // counts as 0 2 3
                row(1, 4, 1, 5))) // counts as 4 0 5
        .containsExactly(0, 0.5 * 15, 0, 0.5 * 13, 0, 0.5 * 41);
  }

  @Test
  void anUnmaskedPositionOfEitherSideAddsOnlyWhatTheOtherHas() {
    ScoreRow masked = row(MASK, 2, 3, 4, 1);
    ScoreRow open = row(1, 0, 1, 0, 0);
    assertThat(add(ABSORB, CoefficientMode.SCALE, masked, open))
        .containsExactly(0, 0, 0, 0.5 * 29, 0, 0);
    assertThat(add(ABSORB, CoefficientMode.SCALE, open, masked))
        .containsExactly(0, 0, 0, 0, 0, 0.5 * 29);
  }

  @ParameterizedTest
  @EnumSource(
      value = CoefficientMode.class,
      names = {"EXPONENT", "POSTERIOR_EXPONENT"})
  void exponentsLookAtPositionsThatAreMaskedInBothStatesOnly(CoefficientMode mode) {
    ScoreRow masked = row(MASK, 2, 3, 4, 1);
    ScoreRow open = row(1, 0, 1, 0, 0);
    assertThat(add(ABSORB, mode, masked, open)).containsOnly(0);
    assertThat(add(ABSORB, mode, open, masked)).containsOnly(0);
    assertThat(add(ABSORB, mode, open, open)).containsOnly(0);
    assertThat(add(ABSORB, mode, masked, masked)[1]).isPositive();
  }

  @Test
  void logScoresAreFlooredAtAThousandthOfTheirRow() {
    double[] sums =
        add(ABSORB, CoefficientMode.EXPONENT, row(MASK, 0, 6, 2, 1), row(MASK, 1, 1, 1, 1));
    double floor = Math.log(8e-3);
    double squares = floor * floor + Math.pow(Math.log(6), 2) + Math.pow(Math.log(2), 2);
    assertThat(sums[3]).isCloseTo(0.5 * squares, within(1e-12));
    assertThat(sums[1]).isZero(); // log 1 = 0
  }

  @Test
  void closedFormIsTheRatioAndOneWhereNothingWasSeen() {
    assertThat(ScoreL2.closedForm(SUMS)).containsExactly(1.5, 1.25);
    assertThat(ScoreL2.closedForm(new double[] {0, 10, 0, 0, 8, 0, 0, 13, 0}))
        .containsExactly(1, 1.25, 1);
  }

  @Test
  void lossIsTheQuadratic() {
    // 4 phi^2 - 12 phi + 9 = (2 phi - 3)^2 over 2 trajectories
    assertThat(ScoreL2.loss(new double[] {1, 1}, SUMS, 0, 2)).isEqualTo(0.5);
    assertThat(ScoreL2.loss(new double[] {1.5, 1}, SUMS, 0, 2)).isZero();
  }

  @Test
  void descentWithRateOneLandsOnTheClosedFormInOneUpdate() {
    assertThat(ScoreL2.descend(new double[] {1, 2}, SUMS, 1)).containsExactly(1.5, 1.25);
  }

  @Test
  void descentWithASmallRateMovesThatPartOfTheWay() {
    double[] phi = ScoreL2.descend(new double[] {1, 2}, SUMS, 0.05);
    assertThat(phi[0]).isCloseTo(1.025, within(1e-15));
    assertThat(phi[1]).isCloseTo(1.9625, within(1e-15));
  }

  /** The step is the gradient of the loss, divided by its own curvature. */
  @Test
  void descentFollowsTheGradientOfTheLoss() {
    double[] phi = {1, 2};
    double h = 1e-5;
    for (int k = 0; k < 2; k++) {
      double[] up = phi.clone();
      double[] down = phi.clone();
      up[k] += h;
      down[k] -= h;
      double slope = (ScoreL2.loss(up, SUMS, k, 1) - ScoreL2.loss(down, SUMS, k, 1)) / (2 * h);
      double curvature = 2 * SUMS[2 + k];
      assertThat(ScoreL2.descend(phi, SUMS, 0.1)[k])
          .isCloseTo(phi[k] - 0.1 * slope / curvature, within(1e-8));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ABSORB, 0.05, 64, 3",
    "ABSORB, 0.3, 10, 3",
    "UNIFORM, 0.5, 9, 5",
    "UNIFORM, 1, 6, 6",
    "ABSORB, 0.05, 9, 0"
  })
  void relaxationPutsOtherSymbolsOnExactlySoManyPositions(
      DiffusionGraph graph, double share, int length, int expected) {
    DiffusionProcess process = process(graph);
    long[] ids = LongStream.range(0, 200).toArray();
    int[] start = new int[ids.length * length];
    for (int i = 0; i < start.length; i++) {
      start[i] = graph == DiffusionGraph.ABSORB ? MASK : i % 3;
    }
    int[] relaxed = start.clone();
    ScoreL2.relax(process, relaxed, share, 7, ids);
    int[] hits = new int[length];
    for (int b = 0; b < ids.length; b++) {
      int changed = 0;
      for (int i = 0; i < length; i++) {
        if (relaxed[b * length + i] != start[b * length + i]) {
          changed++;
          hits[i]++;
        }
      }
      assertThat(changed).isEqualTo(expected);
    }
    assertThat(Arrays.stream(relaxed))
        .allMatch(symbol -> symbol >= 0 && symbol < process.symbols());
    assertThat(Arrays.stream(hits))
        .allMatch(h -> expected == 0 || h > 0); // every place is chosen at times
  }

  @Test
  void relaxationDependsOnSeedAndIdAlone() {
    int[] one = {0, 1, 2, 0, 1, 2, 0, 1};
    int[] two = Arrays.copyOf(one, 4);
    ScoreL2.relax(UNIFORM, one, 0.5, 3, new long[] {8, 9});
    ScoreL2.relax(UNIFORM, two, 0.5, 3, new long[] {8});
    assertThat(Arrays.copyOf(one, 4)).isEqualTo(two);
  }

  /** Eq. 8 with the teacher's step gives M/N of the axis; renormalised, it is the same grid. */
  @Test
  void stepLengthsCoverTheAxisWhateverTheTarget() {
    double[] student = ScoreL2.stepLengths(SUMS, 0.999 / 2, 1, 1e-3);
    double[] teacher = ScoreL2.stepLengths(SUMS, 0.999 / 128, 1, 1e-3);
    assertThat(student[0] + student[1]).isCloseTo(0.999, within(1e-15));
    assertThat(student[0] / student[1]).isCloseTo(1.5 / 1.25, within(1e-12));
    assertThat(teacher[0]).isCloseTo(student[0], within(1e-15));
    double[] damped = ScoreL2.stepLengths(SUMS, 0.999 / 2, 0.5, 1e-3);
    assertThat(damped[0] / damped[1]).isCloseTo(Math.sqrt(1.5 / 1.25), within(1e-12));
    assertThat(ScoreL2.stepLengths(SUMS, 0.999 / 2, 0, 1e-3)).containsExactly(0.4995, 0.4995);
  }
}
