package io.accelerant.distill.decode;

import static io.accelerant.distill.decode.Chain.M;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.lm.EveryChoice;
import io.accelerant.core.lm.Warp;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Exact laws of what is drawn, along every path of the choices, on an exact posterior. */
class RuleLawTest {
  private static final double EXACT = 1e-12;

  private static <T> Map<T, Double> law(
      UnmaskRule rule, Warp warp, Function<Decoded, T> what, int... row) {
    return law(new MaskedDecoding(rule, warp, 0), what, row);
  }

  private static <T> Map<T, Double> law(
      MaskedDecoding decoding, Function<Decoded, T> what, int... row) {
    List<MaskedDecoding.Request> request = List.of(new MaskedDecoding.Request(0, 0, row));
    return EveryChoice.law(
        choice -> {
          Draws draws = new Draws((p, s, k) -> choice, (p, s, k) -> choice);
          return what.apply(decoding.run(Chain.posterior(row.length), request, draws).get(0));
        });
  }

  private static List<Integer> order(Decoded text) {
    return list(text.committedAt());
  }

  private static List<Integer> list(int... numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private static void assertSameLaw(
      Map<List<Integer>, Double> law, Map<List<Integer>, Double> expected) {
    assertThat(law.keySet()).isEqualTo(expected.keySet());
    law.forEach(
        (one, p) -> assertThat(p).as(one.toString()).isCloseTo(expected.get(one), within(EXACT)));
  }

  @Test
  void oneAtATimeInAnyOrderDrawsWhatTheModelSays() {
    Map<List<Integer>, Double> expected = new LinkedHashMap<>();
    TableModel.texts(Chain.TOKENS, 3).forEach(text -> expected.put(list(text), Chain.of(text)));
    for (UnmaskRule rule : List.of(new FirstHitting(), new Quota(Order.RANDOM, 0))) {
      assertSameLaw(law(rule, Warp.NONE, text -> list(text.row()), M, M, M), expected);
    }
  }

  @Test
  void firstHittingDrawsTokensUnlessItIsTold() {
    assertThat(MaskedDecoding.of(new FirstHitting(), 0).warp()).isEqualTo(Warp.NONE);
    for (UnmaskRule rule : List.of(OnePerStep.RANDOM, new Quota(Order.RANDOM, 0))) {
      assertThat(MaskedDecoding.of(rule, 0).warp()).isEqualTo(Warp.GREEDY);
    }
  }

  @Test
  void allOrdersOfPositionsAreAlike() {
    for (UnmaskRule rule : List.of(new FirstHitting(), new Quota(Order.RANDOM, 0))) {
      Map<List<Integer>, Double> law = law(rule, Warp.GREEDY, RuleLawTest::order, M, M, M, M);
      assertThat(law).hasSize(24);
      assertThat(law.values()).allMatch(p -> Math.abs(p - 1 / 24.) < EXACT);
    }
  }

  @Test
  void allPairsOfPositionsAreAlike() {
    UnmaskRule pairs = new Quota(Order.RANDOM, 2);
    Map<List<Integer>, Double> law = law(pairs, Warp.GREEDY, RuleLawTest::order, M, M, M, M);
    assertThat(law).hasSize(6).containsKey(list(1, 2, 2, 1));
    assertThat(law.values()).allMatch(p -> Math.abs(p - 1 / 6.) < EXACT);
  }

  @Test
  void tokensThatAreDrawnTogetherAreIndependent() {
    double[][] said = Chain.marginals(new int[] {M, 2, M, M});
    Map<List<Integer>, Double> expected = new LinkedHashMap<>();
    for (int[] text : TableModel.texts(Chain.TOKENS, 3)) {
      expected.put(
          list(text[0], 2, text[1], text[2]),
          said[0][text[0]] * said[2][text[1]] * said[3][text[2]]);
    }
    Map<List<Integer>, Double> law =
        law(new Quota(Order.ENTROPY, 1), Warp.NONE, text -> list(text.row()), M, 2, M, M);
    assertSameLaw(law, expected);
  }

  @Test
  void infoGainBecomesTheBestOfTheCandidatesThatItDraws() {
    for (InfoGain.Variant variant : InfoGain.Variant.values()) {
      InfoGain rule = new InfoGain(3, .4, .81, variant);
      assertLooksAhead(rule, 5, M, M, 1, M, M);
      assertLooksAhead(rule, 3, M, M, M, 1, M); // what is behind the block counts
    }
  }

  private static void assertLooksAhead(InfoGain rule, int blockLength, int... row) {
    Map<List<Integer>, Double> expected = new LinkedHashMap<>();
    new Look(rule, blockLength, expected).go(row, new int[row.length], 1, 1, 1);
    assertThat(expected).hasSizeGreaterThan(3);
    assertSameLaw(
        law(
            new MaskedDecoding(rule, Warp.GREEDY, blockLength),
            text -> list(append(text.committedAt(), text.evaluations(), text.rowsRead())),
            row),
        expected);
  }

  private static int[] append(int[] numbers, int... more) {
    int[] all = Arrays.copyOf(numbers, numbers.length + more.length);
    System.arraycopy(more, 0, all, numbers.length, more.length);
    return all;
  }

  /** All that Info-Gain of three candidates can do, with probabilities. */
  private record Look(InfoGain rule, int blockLength, Map<List<Integer>, Double> law) {
    /**
     * @param forward that has read the row
     * @param reads rows read so far
     */
    void go(int[] row, int[] at, int forward, int reads, double p) {
      int[] open = open(row);
      if (open.length == 0) {
        law.merge(list(append(at, forward, reads)), p, Double::sum);
        return;
      }
      double[][] said = Chain.marginals(row);
      double[] c = Arrays.stream(open).mapToDouble(i -> Chain.confidence(said[i])).toArray();
      if (Arrays.stream(c).allMatch(one -> one >= rule.bypass())) {
        fill(row, at, forward, reads, p, said, open);
        return;
      }
      int best = 0;
      for (int k = 1; k < c.length; k++) {
        best = c[k] > c[best] ? k : best;
      }
      double sum = Arrays.stream(c).map(one -> StrictMath.exp(one / rule.temperature())).sum();
      for (int k = 0; k < c.length; k++) {
        for (int l = 0; l < c.length; l++) {
          double drawn = StrictMath.exp((c[k] + c[l]) / rule.temperature()) / (sum * sum);
          int[] candidates = Arrays.stream(new int[] {best, k, l}).distinct().toArray();
          next(
              row,
              at,
              forward,
              reads,
              p * drawn,
              said,
              Arrays.stream(candidates).map(n -> open[n]).toArray());
        }
      }
    }

    private static int[] masked(int[] row) {
      return IntStream.range(0, row.length).filter(i -> row[i] == M).toArray();
    }

    private int[] open(int[] row) {
      int[] masked = masked(row);
      return Arrays.stream(masked)
          .filter(i -> i / blockLength == masked[0] / blockLength)
          .toArray();
    }

    private void next(
        int[] row, int[] at, int forward, int reads, double p, double[][] said, int[] candidates) {
      if (candidates.length == 1) {
        fill(row, at, forward, reads, p, said, candidates);
        return;
      }
      int best = -1;
      double most = Double.NEGATIVE_INFINITY;
      for (int i : candidates) {
        int[] then = row.clone();
        then[i] = Chain.likeliest(said[i]);
        double[][] next = Chain.marginals(then);
        double h =
            Arrays.stream(masked(then))
                .mapToDouble(j -> Chain.entropy(next[j]))
                .average()
                .orElse(0);
        double j = -h - (rule.variant() == InfoGain.Variant.COST ? Chain.entropy(said[i]) : 0);
        best = j > most ? i : best;
        most = Math.max(j, most);
      }
      int[] then = row.clone();
      then[best] = Chain.likeliest(said[best]);
      int[] thenAt = at.clone();
      thenAt[best] = forward + 1;
      go(then, thenAt, forward + 1, reads + candidates.length, p);
    }

    /** Commits, and reads the row again if something is left. */
    private void fill(
        int[] row, int[] at, int forward, int reads, double p, double[][] said, int[] positions) {
      int[] then = row.clone();
      int[] thenAt = at.clone();
      for (int i : positions) {
        then[i] = Chain.likeliest(said[i]);
        thenAt[i] = forward;
      }
      boolean done = open(then).length == 0;
      go(then, thenAt, done ? forward : forward + 1, done ? reads : reads + 1, p);
    }
  }
}
