package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JumpYourStepsTest {
  private static final double END = 1e-3;
  private static final int LENGTH = 8;
  private static final MarkovChain CHAIN = MarkovChain.countdown(5).smoothed(0.02);

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.31, 0.5, 0.777, 0.96})
  void goldenSectionFindsTheMaximum(double maximum) {
    DoubleUnaryOperator f = x -> -(x - maximum) * (x - maximum);
    JumpYourSteps.Search search = JumpYourSteps.Search.on(0, 1);
    List<Double> asked = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      asked.add(search.next());
      search = search.with(f.applyAsDouble(search.next()));
    }
    assertThat(search.best(1 << 30)).isCloseTo(maximum, within(1e-5));
    assertThat(asked).doesNotHaveDuplicates(); // every point is evaluated once
    assertThat(search.right() - search.left()).isCloseTo(Math.pow(0.618034, 29), within(1e-6));
  }

  @Test
  void theBestPointIsOnTheSourceGridWhereThatIsInside() {
    JumpYourSteps.Search wide = JumpYourSteps.Search.on(0.3, 0.5);
    assertThat(wide.best(1024) * 1024).isEqualTo(Math.rint(wide.best(1024) * 1024));
    JumpYourSteps.Search narrow = JumpYourSteps.Search.on(0.3001, 0.3003);
    assertThat(narrow.best(1024)).isCloseTo(0.3002, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 16})
  void gridsFallStrictlyFromOneToTheEnd(int steps) {
    double[] times =
        JumpYourSteps.times(steps, END, (t1, t2, tn) -> klub(DiffusionGraph.ABSORB, t1, t2, tn));
    assertThat(times).hasSize(steps + 1).startsWith(1).endsWith(END);
    for (int k = 0; k < steps; k++) {
      assertThat(times[k + 1]).isLessThan(times[k]);
    }
  }

  /** A bound that likes the middle gives halves of halves; three points more go to the longest. */
  @Test
  void everyLevelSplitsTheLongestIntervals() {
    JumpYourSteps.Bound middle =
        (t1, t2, tn) -> {
          double[] values = new double[t1.length];
          Arrays.setAll(values, c -> -Math.abs(t2[c] - (0.75 * t1[c] + 0.25 * tn[c])));
          return values;
        };
    assertThat(JumpYourSteps.times(4, END, middle))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 5e-3 ? 0 : Double.compare(a, b))
        .containsExactly(1, 0.9375, 0.75, 0.5625, END);
    assertThat(JumpYourSteps.times(3, END, middle))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 5e-3 ? 0 : Double.compare(a, b))
        .containsExactly(1, 0.75, 0.5625, END);
  }

  @Test
  void theBoundIsPositiveAndZeroWhereNothingIsJumpedOver() {
    double[] t2 = {0.9, 0.5, 0.2, 0.8};
    double[] t1 = {1, 0.8, 0.21, 0.8};
    double[] tn = {0.1, END, END, END};
    double[] values = klub(DiffusionGraph.ABSORB, t1, t2, tn);
    assertThat(values[0]).isPositive();
    assertThat(values[1]).isPositive();
    assertThat(values[2]).isPositive();
    assertThat(values[3]).isZero();
    assertThat(klub(DiffusionGraph.UNIFORM, new double[] {0.6}, new double[] {0.6}, tn)[0])
        .isZero();
    assertThat(klub(DiffusionGraph.ABSORB, t1, new double[] {0.9, END, 0.2, 0.8}, tn)[1])
        .isZero(); // nothing is left to jump over
  }

  /** One masked position of a chain of one symbol to choose: everything by hand. */
  @ParameterizedTest
  @EnumSource(DiffusionGraph.class)
  void theBoundOfOnePositionByHand(DiffusionGraph graph) {
    double[] law = {0.2, 0.8};
    MarkovChain coin = new MarkovChain(1, 2, law, new double[] {0.2, 0.8, 0.2, 0.8});
    DiffusionProcess process = new DiffusionProcess(graph, new NoiseSchedule.LogLinear(1e-3), 2);
    double t1 = 0.9;
    double t2 = 0.6;
    double tn = 0.1;
    long[] ids = LongStream.range(0, 50).toArray();
    int[] data = new int[50];
    double expected = 0;
    for (int b = 0; b < 50; b++) {
      data[b] = b % 2;
      int early = noisy(process, data[b], t1, ids[b]);
      int late = noisy(process, data[b], t2, ids[b]);
      for (int y = 0; y < 2; y++) {
        double r1 = rate(process, law, early, y, t1);
        double r2 = rate(process, law, late, y, t2);
        expected += (t2 - tn) * r2 * (Math.log(r2 + 1e-8) - Math.log(r1 + 1e-8));
      }
    }
    try (DiscreteModel teacher = new MarkovSource(coin, process, 1).open()) {
      assertThat(JumpYourSteps.klub(teacher, data, t1, t2, tn, 3, ids))
          .isCloseTo(expected, within(1e-9));
    }
  }

  /** The same number at both times decides whether the symbol is kept. */
  private static int noisy(DiffusionProcess process, int symbol, double t, long id) {
    RandomStream stream = new RandomStream(3, RandomStream.purpose("lsd.jys.coupling"), id, 0);
    boolean keep = stream.nextDouble() < 1 - 0.999 * t;
    boolean absorb = process.graph() == DiffusionGraph.ABSORB;
    return keep ? symbol : absorb ? process.mask() : stream.nextInt(2);
  }

  private static double rate(DiffusionProcess process, double[] law, int x, int y, double t) {
    double kept = 1 - 0.999 * t;
    double sigma = 0.999 / kept;
    if (process.graph() == DiffusionGraph.ABSORB) {
      return x == 2 ? sigma * kept / (1 - kept) * law[y] : 0;
    }
    double here = kept * law[x] + (1 - kept) / 2;
    double there = kept * law[y] + (1 - kept) / 2;
    return x == y ? 0 : sigma / 2 * there / here;
  }

  private static double[] klub(DiffusionGraph graph, double[] t1, double[] t2, double[] tn) {
    DiffusionProcess process =
        new DiffusionProcess(graph, new NoiseSchedule.LogLinear(1e-3), CHAIN.symbols());
    long[] ids = LongStream.range(0, 32).toArray();
    int[] data = new int[ids.length * LENGTH];
    for (int b = 0; b < ids.length; b++) {
      RandomStream stream = new RandomStream(1, RandomStream.purpose("test.data"), b, 0);
      System.arraycopy(CHAIN.sample(LENGTH, stream), 0, data, b * LENGTH, LENGTH);
    }
    double[] values = new double[t2.length];
    try (DiscreteModel teacher = new MarkovSource(CHAIN, process, LENGTH).open()) {
      Arrays.setAll(values, c -> JumpYourSteps.klub(teacher, data, t1[c], t2[c], tn[c], 7, ids));
    }
    return values;
  }
}
