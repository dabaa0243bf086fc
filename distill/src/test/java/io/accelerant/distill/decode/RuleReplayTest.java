package io.accelerant.distill.decode;

import static io.accelerant.distill.decode.Chain.M;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rules on an exact posterior: which positions, in which order and how many forwards, as the
 * formulas say of laws that come from products of matrices.
 */
class RuleReplayTest {
  private static final int LENGTH = 7;
  private static final int[][] ROWS = {
    {M, M, M, M, M, M, M}, {M, 1, M, M, 0, M, M}, {2, 0, M, M, M, M, M}
  };

  /** Positions to commit, and then those to mask again. */
  private record Picked(Set<Integer> positions, Set<Integer> again) {
    static Picked of(Set<Integer> positions) {
      return new Picked(positions, Set.of());
    }
  }

  /** A formula, for one row. */
  @FunctionalInterface
  private interface Formula {
    /**
     * @param law of each position
     * @param open masked positions of the block
     * @param block those of the block that were not given
     */
    Picked pick(double[][] law, List<Integer> open, List<Integer> block);
  }

  private static Set<Integer> smallest(List<Integer> from, int count, double[] number) {
    return from.stream()
        .sorted(Comparator.comparingDouble(i -> number[i]))
        .limit(count)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static double[] minusConfidence(double[][] law) {
    return Arrays.stream(law).mapToDouble(p -> -Chain.confidence(p)).toArray();
  }

  private static double[] entropy(double[][] law) {
    return Arrays.stream(law).mapToDouble(Chain::entropy).toArray();
  }

  private static double[] minusMargin(double[][] law) {
    return Arrays.stream(law)
        .mapToDouble(
            p -> {
              double[] sorted = Arrays.stream(p).sorted().toArray();
              return sorted[1] - sorted[2];
            })
        .toArray();
  }

  private static void assertReplays(UnmaskRule rule, Supplier<Formula> formula) {
    for (int blockLength : new int[] {0, 2, 5}) {
      for (int[] row : ROWS) {
        Decoded text =
            MaskedDecoding.of(rule, blockLength)
                .run(
                    Chain.posterior(LENGTH),
                    List.of(new MaskedDecoding.Request(0, 0, row)),
                    Draws.keyed(1))
                .get(0);
        int[] now = row.clone();
        int[] committedAt = new int[LENGTH];
        int forwards = 0;
        Formula of = formula.get();
        while (IntStream.of(now).anyMatch(token -> token == M)) {
          forwards++;
          step(of, row, now, committedAt, forwards, blockLength == 0 ? LENGTH : blockLength);
        }
        assertThat(text.committedAt()).as(rule.label()).isEqualTo(committedAt);
        assertThat(text.row()).isEqualTo(now);
        assertThat(text.evaluations()).isEqualTo(forwards);
      }
    }
  }

  private static void step(
      Formula formula, int[] row, int[] now, int[] committedAt, int forward, int blockLength) {
    int first = row[LENGTH - 1] == M && row[0] != M ? 2 : 0;
    int masked = IntStream.range(0, LENGTH).filter(i -> now[i] == M).findFirst().orElseThrow();
    int from = first + (masked - first) / blockLength * blockLength;
    List<Integer> block =
        IntStream.range(from, Math.min(from + blockLength, LENGTH))
            .filter(i -> row[i] == M)
            .boxed()
            .toList();
    double[][] law = Chain.marginals(now);
    Picked picked = formula.pick(law, block.stream().filter(i -> now[i] == M).toList(), block);
    for (int i : picked.positions()) {
      now[i] = Chain.likeliest(law[i]);
      committedAt[i] = forward;
    }
    for (int i : picked.again()) {
      now[i] = M;
      committedAt[i] = 0;
    }
  }

  private static int quota(int positions, int steps, int done) {
    int parts = Math.min(steps, positions);
    for (int step = 0, sum = 0; ; step++) {
      int count = positions / parts + (step < positions % parts ? 1 : 0);
      if (sum == done) {
        return count;
      }
      sum += count;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 20})
  void fixedCountsTakeTheBestByTheirOrder(int steps) {
    assertReplays(
        new Quota(Order.CONFIDENCE, steps), () -> fixed(steps, RuleReplayTest::minusConfidence));
    assertReplays(new Quota(Order.MARGIN, steps), () -> fixed(steps, RuleReplayTest::minusMargin));
    assertReplays(new Quota(Order.ENTROPY, steps), () -> fixed(steps, RuleReplayTest::entropy));
  }

  private static Formula fixed(int steps, Function<double[][], double[]> smallest) {
    return (law, open, block) ->
        Picked.of(
            smallest(
                open, quota(block.size(), steps, block.size() - open.size()), smallest.apply(law)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {.5, .6, .7, .8})
  void theConfidenceThresholdTakesAllThatReachIt(double tau) {
    assertReplays(
        new ConfidenceThreshold(tau, false),
        () ->
            (law, open, block) -> {
              Set<Integer> picked = smallest(open, 1, minusConfidence(law));
              open.stream().filter(i -> Chain.confidence(law[i]) >= tau).forEach(picked::add);
              return Picked.of(picked);
            });
  }

  @ParameterizedTest
  @ValueSource(doubles = {.4, .6, .8, 1})
  void theEntropyThresholdTakesAllThatReachIt(double tau) {
    assertReplays(
        new EntropyThreshold(tau, false),
        () ->
            (law, open, block) -> {
              Set<Integer> picked = smallest(open, 1, entropy(law));
              open.stream().filter(i -> Chain.entropy(law[i]) <= tau).forEach(picked::add);
              return Picked.of(picked);
            });
  }

  @ParameterizedTest
  @ValueSource(doubles = {.7, 1, 1.3})
  void theFactorTakesTheLongestPrefixThatItBounds(double f) {
    assertReplays(
        new Factor(f),
        () ->
            (law, open, block) -> {
              int n = 1;
              for (boolean all = true; all && n < open.size(); n += all ? 1 : 0) {
                double[] c =
                    open.stream().mapToDouble(i -> Chain.confidence(law[i])).sorted().toArray();
                all = (n + 2) * (1 - c[c.length - n - 1]) <= f;
              }
              return Picked.of(smallest(open, n, minusConfidence(law)));
            });
  }

  @ParameterizedTest
  @ValueSource(doubles = {.3, .7, 1.5, 3})
  void theBudgetTakesTheMostWhoseEntropiesWithoutTheLargestAreInIt(double gamma) {
    assertReplays(
        new EntropyBudget(gamma),
        () ->
            (law, open, block) -> {
              double[] h = open.stream().mapToDouble(i -> Chain.entropy(law[i])).sorted().toArray();
              int most =
                  IntStream.rangeClosed(1, h.length)
                      .filter(k -> k == 1 || Arrays.stream(h, 0, k).sum() - h[k - 1] <= gamma)
                      .max()
                      .orElseThrow();
              return Picked.of(smallest(open, most, entropy(law)));
            });
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2, 3})
  void theExitComesWhenTheMeanMarginReachesTheThresholdOfTheStep(double high) {
    for (Sched.Reading reading : Sched.Reading.values()) {
      Quota base = new Quota(Order.ENTROPY, 0);
      assertReplays(
          new Sched(base, high, .2, Sched.Shape.COSINE, 0, reading), () -> exit(high, reading));
    }
  }

  private static Formula exit(double high, Sched.Reading reading) {
    int[] before = new int[LENGTH];
    Arrays.fill(before, M);
    return (law, open, block) -> {
      boolean settled = open.stream().allMatch(i -> before[i] == Chain.likeliest(law[i]));
      open.forEach(i -> before[i] = Chain.likeliest(law[i]));
      boolean code = reading == Sched.Reading.CODE;
      double mean =
          (code ? open : block)
              .stream().mapToDouble(i -> Chain.logitMargin(law[i])).average().orElseThrow();
      int k = block.size() - open.size();
      double tau =
          block.size() == 1
              ? .2
              : .2 + (high - .2) * (1 + StrictMath.cos(Math.PI * k / (block.size() - 1))) / 2;
      boolean exit = mean >= tau && (settled || !code);
      return Picked.of(smallest(open, exit ? open.size() : 1, entropy(law)));
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void saberCommitsAboveTheMeanAndMasksAgainWhatRoseLeast(int count) {
    assertReplays(new Saber(count), () -> backtracking(count));
  }

  private static Formula backtracking(int n) {
    double[] last = new double[LENGTH];
    double[] committed = new double[LENGTH];
    return (law, open, block) -> {
      double[] c = Arrays.stream(law).mapToDouble(Chain::confidence).toArray();
      double[] rise = IntStream.range(0, LENGTH).mapToDouble(i -> c[i] - last[i]).toArray();
      block.forEach(i -> last[i] = c[i]);
      double tau = Arrays.stream(committed).filter(one -> one > 0).average().orElse(1);
      int above = (int) open.stream().filter(i -> c[i] > tau).count();
      int a = Math.max(n, above);
      Set<Integer> picked = smallest(open, a, minusConfidence(law));
      picked.forEach(i -> committed[i] = c[i]);
      if (picked.size() == open.size()) {
        return Picked.of(picked);
      }
      int again = Math.min(Math.max(n / 2, (int) Math.ceil(a / 8.)), a - 1);
      List<Integer> filled =
          block.stream().filter(i -> picked.contains(i) || !open.contains(i)).toList();
      return new Picked(picked, smallest(filled, again, rise));
    };
  }
}
