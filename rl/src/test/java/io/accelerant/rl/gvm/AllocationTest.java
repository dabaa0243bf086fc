package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static final AllocationSettings PLAIN = new AllocationSettings(0, 2, 1, 0, 0);

  private static long[] ids(int m) {
    return LongStream.range(0, m).toArray();
  }

  /** By hand: 2 / sqrt(.25 + .001/.25), 1 / sqrt(1.001), 0, 0. */
  @Test
  void theScoreIsThatOfThePaper() {
    Allocation found =
        Allocation.of(
            ids(4),
            new double[] {0.25, 1, 0, 0.5},
            new double[] {2, 1, 9, 0},
            100,
            AllocationSettings.DEFAULT);
    assertThat(found.score()[0]).isCloseTo(2 / Math.sqrt(0.254), within(1e-15));
    assertThat(found.score()[1]).isCloseTo(1 / Math.sqrt(1.001), within(1e-15));
    assertThat(found.score()[2]).isZero();
    assertThat(found.score()[3]).isZero();
    double share = found.score()[0] / (found.score()[0] + found.score()[1]);
    assertThat(found.share()[0]).isCloseTo(share, within(1e-15));
    assertThat(found.real()[0]).isCloseTo(100 * share, within(1e-12));
    assertThat(found.n()).containsExactly(80, 20, 0, 0);
    double[] s = found.score();
    assertThat(found.boundRatio())
        .isCloseTo(
            (s[0] + s[1]) * (s[0] + s[1]) / (4 * (s[0] * s[0] + s[1] * s[1])), within(1e-15));
  }

  /** The peak of 1 / sqrt(p + alpha p^(1-beta)) is at (alpha (beta - 1))^(1/beta). */
  @Test
  void hopelessPromptsAreWorthLess() {
    for (double beta : new double[] {2, 3}) {
      double peak = Math.pow(1e-3 * (beta - 1), 1 / beta);
      double top = Allocation.score(peak, 1, 1e-3, beta);
      assertThat(Allocation.score(peak * 1.01, 1, 1e-3, beta)).isLessThan(top);
      assertThat(Allocation.score(peak / 1.01, 1, 1e-3, beta)).isLessThan(top);
    }
    assertThat(Allocation.score(1e-300, 1, 1e-3, 3)).isZero();
  }

  /** Shares 1/4 of 10 are 2.5 each, rounded to 2: the two missing go to the first two. */
  @Test
  void halvesAreRoundedToEvenAndTiesGoToTheFirstIds() {
    assertThat(Allocation.uniform(new long[] {3, 5, 8, 13}, 10).n()).containsExactly(3, 3, 2, 2);
    // 1.5 each, rounded to 2: two too many, taken from the first two
    assertThat(Allocation.uniform(new long[] {3, 5, 8, 13}, 6).n()).containsExactly(1, 1, 2, 2);
    // 14/3 7/6 7/12 7/12 -> 5 1 1 1, one too many: the least residual is the third's
    assertThat(Allocation.ofScores(ids(4), new double[] {8, 2, 1, 1}, 7, 0).n())
        .containsExactly(5, 1, 0, 1);
    // 3.5 0 3.5: no share, no sample
    assertThat(Allocation.ofScores(ids(3), new double[] {1, 0, 1}, 7, 0).n())
        .containsExactly(3, 0, 4);
  }

  @Test
  void withoutAnyScoreEachPromptGetsAsMany() {
    Allocation found = Allocation.of(ids(4), new double[4], new double[4], 10, PLAIN);
    assertThat(found.share()).containsOnly(0.25);
    assertThat(found.real()).containsOnly(2.5);
    assertThat(found.n()).containsExactly(3, 3, 2, 2);
    assertThat(found.boundRatio()).isEqualTo(1);
    assertThat(Allocation.of(ids(2), new double[2], new double[2], 0, PLAIN).n())
        .containsExactly(0, 0);
  }

  @Test
  void theFloorIsTakenFirst() {
    AllocationSettings floor = PLAIN.withFloor(2);
    Allocation found =
        Allocation.of(ids(3), new double[] {1, 1, 0}, new double[] {3, 1, 1}, 14, floor);
    assertThat(found.real()).containsExactly(8, 4, 2);
    assertThat(found.n()).containsExactly(8, 4, 2);
    assertThatThrownBy(() -> Allocation.of(ids(3), new double[3], new double[3], 5, floor))
        .hasMessageContaining("a floor of 2 samples for 3 prompts exceeds 5");
  }

  /** Shares 1/2, 1/4, 1/4 of 16; p n = 8, 2, 1. */
  @Test
  void filtersLookAtTheSharesAsTheyAreBeforeThem() {
    double[] p = {1, 0.5, 0.25};
    double[] g = {2, Math.sqrt(0.5), 0.5};
    Allocation all = Allocation.of(ids(3), p, g, 16, PLAIN);
    assertThat(all.real()).containsExactly(new double[] {8, 4, 4}, within(1e-12));
    Allocation solved = Allocation.of(ids(3), p, g, 16, new AllocationSettings(0, 2, 0.9, 0, 0));
    assertThat(solved.n()).containsExactly(0, 8, 8);
    Allocation few = Allocation.of(ids(3), p, g, 16, new AllocationSettings(0, 2, 1, 1.5, 0));
    assertThat(few.real()).containsExactly(new double[] {32 / 3.0, 16 / 3.0, 0}, within(1e-12));
    // after the first filter prompt 2 would have 2 right answers; before it has 1
    Allocation both = Allocation.of(ids(3), p, g, 16, new AllocationSettings(0, 2, 0.9, 1.5, 0));
    assertThat(both.n()).containsExactly(0, 16, 0);
    assertThat(both.boundRatio()).isEqualTo(all.boundRatio());
    Allocation none = Allocation.of(ids(3), p, g, 16, new AllocationSettings(0, 2, 0.1, 0, 0));
    assertThat(none.n()).containsExactly(6, 5, 5);
  }

  @Test
  void theRuleWithMeanGradientsIsTheMinimumOfTheVariance() {
    double[] p = {0.9, 0.4, 0.1, 0};
    double[] m2 = {1, 4, 2, 3};
    double[] mu2 = {0.9, 1, 0.5, 0};
    EstimatorVariance variance = new EstimatorVariance(p, m2, mu2);
    Allocation best = Allocation.optimum(ids(4), p, m2, mu2, 1_000_000, 0);
    assertThat(variance.lemma1(best.n()))
        .isCloseTo(variance.minimum(1_000_000), within(1e-6 * variance.minimum(1_000_000)));
    for (int from = 0; from < 3; from++) {
      long[] moved = best.n().clone();
      moved[from] -= 50_000;
      moved[(from + 1) % 3] += 50_000;
      assertThat(variance.lemma1(moved)).isGreaterThan(variance.lemma1(best.n()));
    }
  }

  @Test
  void numbersOfAnySizeAreShared() {
    Allocation large =
        Allocation.ofScores(ids(3), new double[] {1e308, 1e308, 5e-324}, 1_000_000_000_001L, 0);
    assertThat(large.n()).containsExactly(500_000_000_001L, 500_000_000_000L, 0);
    assertThat(large.boundRatio()).isCloseTo(2 / 3.0, within(1e-15));
    Allocation beyond = Allocation.ofScores(ids(3), new double[] {1, 2, 4}, Long.MAX_VALUE, 0);
    assertThat(LongStream.of(beyond.n()).sum()).isEqualTo(Long.MAX_VALUE);
    Allocation tiny = Allocation.ofScores(ids(2), new double[] {5e-324, 1.5e-323}, 4, 0);
    assertThat(tiny.n()).containsExactly(1, 3);
  }

  @Test
  void aMillionPromptsHaveTheirExactTotal() {
    int m = 1_000_000;
    double[] scores = new double[m];
    RandomStream draws = new RandomStream(1, RandomStream.purpose("test.scores"), 0, 0);
    Arrays.setAll(scores, i -> draws.nextInt(3) * draws.nextDouble());
    Allocation found = Allocation.ofScores(ids(m), scores, 1_000_000_000_000L, 1);
    assertThat(LongStream.of(found.n()).sum()).isEqualTo(1_000_000_000_000L);
    assertThat(LongStream.of(found.n()).min()).hasValue(1);
  }

  @Test
  void whatCannotBeSharedIsRefused() {
    double[] one = {1, 1};
    assertThatThrownBy(() -> Allocation.uniform(new long[0], 3)).hasMessageContaining("0 prompts");
    assertThatThrownBy(() -> Allocation.of(new long[] {4, 4}, one, one, 3, PLAIN))
        .hasMessageContaining("prompt 4 is not behind 4");
    assertThatThrownBy(() -> Allocation.of(ids(2), new double[] {1, 1.1}, one, 3, PLAIN))
        .hasMessageContaining("p of prompt 1 is 1.1");
    assertThatThrownBy(() -> Allocation.of(ids(2), one, new double[] {1, Double.NaN}, 3, PLAIN))
        .hasMessageContaining("g of prompt 1 is NaN");
    assertThatThrownBy(() -> new AllocationSettings(-1, 2, 1, 0, 0)).hasMessageContaining("alpha");
  }

  /** The same by sorting boxed indices, as one would write it down. */
  private static long[] sorted(double[] real, long total) {
    long[] n = Arrays.stream(real).mapToLong(r -> (long) Math.rint(r)).toArray();
    long missing = total - LongStream.of(n).sum();
    IntStream.range(0, real.length)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(i -> -Long.signum(missing) * (real[i] - n[i]))
                .thenComparingInt(i -> i))
        .limit(Math.abs(missing))
        .toList()
        .forEach(i -> n[i] += Long.signum(missing));
    return n;
  }

  @Property(tries = 300)
  void totalsAreExactAndNobodyIsFurtherThanOneFromTheRealNumber(
      @ForAll @Size(min = 1, max = 40) List<@DoubleRange(min = 0, max = 1000) Double> numbers,
      @ForAll @LongRange(min = 0, max = 1_000_000) long total,
      @ForAll @IntRange(min = 0, max = 3) int coarse) {
    // coarse scores have many ties
    double[] scores =
        numbers.stream().mapToDouble(x -> coarse == 0 ? x : Math.floor(x / 250) * coarse).toArray();
    Allocation found = Allocation.ofScores(ids(scores.length), scores, total, 0);
    assertThat(LongStream.of(found.n()).sum()).isEqualTo(total);
    assertThat(found.n()).containsExactly(sorted(found.real(), total));
    assertThat(found.boundRatio()).isBetween(1.0 / scores.length - 1e-12, 1.0);
    boolean any = Arrays.stream(scores).anyMatch(s -> s > 0);
    for (int i = 0; i < scores.length; i++) {
      assertThat((double) found.n()[i]).isCloseTo(found.real()[i], within(1.0));
      assertThat(found.n()[i]).isGreaterThanOrEqualTo(0);
      assertThat(scores[i] == 0 && any && found.n()[i] > 0).isFalse();
    }
  }

  @Property(tries = 200)
  void theBoundOfTheRuleIsItsMinimum(
      @ForAll @Size(min = 2, max = 20) List<@DoubleRange(min = 0.01, max = 1) Double> rates) {
    double[] p = rates.stream().mapToDouble(x -> x).toArray();
    double[] g = new double[p.length];
    Arrays.setAll(g, i -> 1 + p[(i + 1) % p.length]);
    double[] m2 = Arrays.stream(g).map(x -> x * x).toArray();
    EstimatorVariance variance = new EstimatorVariance(p, m2, new double[p.length]);
    long total = 1_000_000_000;
    Allocation found = Allocation.of(ids(p.length), p, g, total, PLAIN);
    double minimum = variance.boundMinimum(total);
    assertThat(variance.bound(found.n())).isCloseTo(minimum, within(1e-6 * minimum));
    assertThat(found.boundRatio()).isCloseTo(minimum / variance.uniformBound(total), within(1e-12));
  }
}
