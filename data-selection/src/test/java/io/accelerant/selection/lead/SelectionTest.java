package io.accelerant.selection.lead;

import static io.accelerant.selection.lead.RandomPool.end;
import static io.accelerant.selection.lead.RandomPool.losses;
import static io.accelerant.selection.lead.RandomPool.measured;
import static io.accelerant.selection.lead.RandomPool.rule;
import static io.accelerant.selection.lead.RandomPool.selection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.random.RandomStream;
import io.accelerant.selection.lead.Candidates.Candidate;
import io.accelerant.selection.lead.Selection.Measured;
import io.accelerant.selection.lead.Selection.Outcome;
import io.accelerant.selection.lead.Selection.Round;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {
  private static final int CLUSTERS = 3;
  private static final Offset<Double> E = within(1e-15);
  private static final PoolRows POOL = RandomPool.of(240, 2, CLUSTERS);

  private static List<Round> rounds(Selection selection) {
    List<Round> rounds = new ArrayList<>();
    while (!selection.isOver()) {
      Round round = selection.next();
      rounds.add(round);
      end(selection, round);
    }
    return rounds;
  }

  private static Selection of(Arm arm, Rule rule) {
    return selection(POOL, arm, rule, CLUSTERS, 5);
  }

  private static Rule with(Rule r, double rate, Rule.Count count, int uses) {
    return new Rule(
        r.budget(),
        r.rounds(),
        rate,
        count,
        r.smoothing(),
        r.gamma(),
        r.lossChange(),
        new Guard(1, Guard.Duplicates.KEEP, uses),
        r.batch());
  }

  /** Every number of every round, by the formulas as they are written. */
  @ParameterizedTest
  @EnumSource(names = {"LEAD", "LEAD_FAITHFUL"})
  void everyRoundIsWhatTheFormulasSay(Arm arm) {
    Selection selection = of(arm, rule(150, 15));
    Plain plain = new Plain(arm == Arm.LEAD ? 1 : 4);
    for (int t = 0; t < 15; t++) {
      double[] p = plain.probabilities();
      Round round = selection.next();
      int k = round.cluster();
      assertThat(round.probabilities()).containsExactly(p, within(1e-14));
      assertThat(ids(round.rows())).containsExactlyInAnyOrderElementsOf(plain.top(k, 10));
      Outcome outcome = end(selection, round);
      plain.learn(round, p[k], losses(round), measured(round));
      assertThat(outcome.lossChange().value()).isCloseTo(plain.lossChange, within(1e-14));
      assertThat(outcome.reward()).isCloseTo(plain.reward, within(1e-14));
      assertThat(outcome.usedReward()).isCloseTo(plain.used, within(1e-12));
      for (int i = 0; i < 10; i++) {
        assertThat(outcome.idu()[i]).isCloseTo(plain.idu[round.rows().get(i).row()], within(1e-14));
      }
    }
    assertThat(selection.isOver()).isTrue();
  }

  /** The method without state of its own kind: arrays over the pool, sorted anew each round. */
  private static final class Plain {
    private final double[] idu = POOL.initialLoss().clone();
    private final int[] uses = new int[POOL.count()];
    private final double[] w = {1, 1, 1};
    private final int most;
    private final double[][] first = new double[CLUSTERS][];
    private final List<Double> rewards = new ArrayList<>();
    private double[] previous;
    private double lossChange;
    private double reward;
    private double used;

    Plain(int most) {
      this.most = most;
    }

    private List<Integer> available(int cluster, int task) {
      return IntStream.range(0, POOL.count())
          .filter(i -> POOL.clusters()[i] == cluster && POOL.tasks()[i] == task && uses[i] < most)
          .boxed()
          .sorted(
              Comparator.comparingDouble((Integer i) -> -idu[i]).thenComparing(i -> POOL.ids()[i]))
          .toList();
    }

    double[] probabilities() {
      double[] p = new double[CLUSTERS];
      for (int k = 0; k < CLUSTERS; k++) {
        p[k] = .9 * w[k] / (w[0] + w[1] + w[2]) + .1 / CLUSTERS;
      }
      return p;
    }

    List<Long> top(int k, int count) {
      double a = available(k, 0).size();
      double b = available(k, 1).size();
      double share = count * a / (a + b);
      int n = (int) (share - Math.floor(share) >= .5 ? Math.ceil(share) : Math.floor(share));
      List<Long> ids = new ArrayList<>();
      available(k, 0).stream().limit(n).forEach(i -> ids.add(POOL.ids()[i]));
      available(k, 1).stream().limit(count - n).forEach(i -> ids.add(POOL.ids()[i]));
      return ids;
    }

    void learn(Round round, double p, double[] losses, Measured measured) {
      int k = round.cluster();
      lossChange = 0;
      if (previous != null && first[k] == null) {
        lossChange = -measured.rate() * dot(previous, previous);
      } else if (previous != null) {
        double shortest = Double.POSITIVE_INFINITY; // searched for, not solved
        for (int i = 0; i <= 200_000; i++) {
          double beta = i / 200_000.0;
          double norm =
              beta * beta * dot(first[k], first[k])
                  + (1 - beta) * (1 - beta) * dot(previous, previous)
                  + 2 * beta * (1 - beta) * dot(first[k], previous);
          shortest = Math.min(shortest, norm);
        }
        double exact =
            LossChange.minNorm(
                    dot(first[k], first[k]), dot(previous, previous), dot(first[k], previous), 1)
                .value();
        assertThat(-exact).isCloseTo(shortest, within(1e-9));
        lossChange = measured.rate() * exact;
      }
      double fall = 0;
      for (int i = 0; i < losses.length; i++) {
        int row = round.rows().get(i).row();
        double before = idu[row];
        idu[row] = .9 * (losses[i] + lossChange) + .1 * before;
        uses[row]++;
        fall += before - idu[row];
      }
      reward = fall / losses.length;
      rewards.add(reward);
      double low = rewards.stream().min(Double::compare).orElseThrow();
      double high = rewards.stream().max(Double::compare).orElseThrow();
      used = rewards.size() == 1 ? reward : 2 * (reward - low) / (high - low) - 1;
      w[k] *= Math.exp(.1 / CLUSTERS * used / p);
      first[k] = first[k] == null ? measured.gradient() : first[k];
      previous = measured.gradient();
    }

    private static double dot(double[] a, double[] b) {
      return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }
  }

  private static List<Long> ids(List<Candidate> rows) {
    return rows.stream().map(Candidate::id).toList();
  }

  private static long[] allIds(List<Round> rounds) {
    return rounds.stream().flatMap(r -> r.rows().stream()).mapToLong(Candidate::id).toArray();
  }

  @ParameterizedTest
  @EnumSource(Arm.class)
  void everyArmUsesItsBudget(Arm arm) {
    Selection selection = of(arm, rule(101, 9));
    List<Round> rounds = rounds(selection);
    assertThat(allIds(rounds)).hasSize(arm == Arm.FULL ? 240 : 101);
    assertThat(selection.uses()).isEqualTo(selection.budget());
    assertThat(selection.distinct()).isEqualTo(LongStream.of(allIds(rounds)).distinct().count());
    assertThat(rounds).hasSizeLessThanOrEqualTo(arm.draw() == Arm.Draw.NONE ? 1 : 10);
  }

  @ParameterizedTest
  @CsvSource({"TOP_LOSS", "TOP_IFD", "TOP_LEARNABLE"})
  void anArmWithoutClustersTakesTheLargest(Arm arm) {
    double[] utility =
        switch (arm) {
          case TOP_LOSS -> POOL.initialLoss();
          case TOP_IFD -> POOL.difficulty();
          default -> POOL.learnable();
        };
    List<Long> expected =
        IntStream.range(0, POOL.count())
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -utility[i]).thenComparing(i -> i))
            .limit(40)
            .map(i -> POOL.ids()[i])
            .toList();
    assertThat(ids(of(arm, rule(40, 10)).next().rows()))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void randomRowsDependOnTheSeedOnly() {
    List<Long> one = ids(of(Arm.RANDOM, rule(40, 1)).next().rows());
    assertThat(ids(of(Arm.ORACLE, rule(40, 9)).next().rows())).isEqualTo(one); // all are clean
    assertThat(ids(selection(POOL, Arm.RANDOM, rule(40, 1), CLUSTERS, 6).next().rows()))
        .isNotEqualTo(one);
  }

  @Test
  void theOrderOfARoundIsShuffled() {
    Round round = of(Arm.TOP_LOSS, rule(60, 1)).next();
    List<Candidate> falling =
        round.rows().stream()
            .sorted(Comparator.comparingDouble(Candidate::utility).reversed())
            .toList();
    assertThat(round.rows().subList(0, 10)).isNotEqualTo(falling.subList(0, 10));
    double head = round.rows().subList(0, 30).stream().mapToDouble(Candidate::utility).sum();
    double tail = round.rows().subList(30, 60).stream().mapToDouble(Candidate::utility).sum();
    assertThat(head).isCloseTo(tail, within(8.0)); // sorted by utility they are 15 apart
  }

  @Test
  void batchesAreAsEqualAsCanBe() {
    assertThat(of(Arm.RANDOM, rule(20, 1)).next().batches()).containsExactly(6, 13, 20);
    assertThat(of(Arm.RANDOM, rule(16, 1)).next().batches()).containsExactly(8, 16);
    assertThat(of(Arm.RANDOM, rule(3, 1)).next().batches()).containsExactly(3);
  }

  @Test
  void asManyUsesMakeAsManyUpdatesInEveryArm() {
    for (Arm arm : List.of(Arm.RANDOM, Arm.TOP_LOSS_GUARD, Arm.LEAD_NO_BANDIT)) {
      List<Round> rounds = rounds(of(arm, rule(60, 6))); // of 10 rows, two updates each
      int updates = rounds.stream().mapToInt(round -> round.batches().length).sum();
      assertThat(updates).as(arm.label()).isEqualTo(12);
    }
  }

  @Test
  void aRowIsUsedAsOftenAsItMayBe() {
    for (Arm arm : List.of(Arm.LEAD, Arm.LEAD_FAITHFUL)) {
      List<Round> rounds = rounds(of(arm, rule(10_000, 40)));
      Map<Long, Integer> uses = new HashMap<>();
      LongStream.of(allIds(rounds)).forEach(id -> uses.merge(id, 1, Integer::sum));
      assertThat(uses).hasSize(240);
      assertThat(uses.values()).containsOnly(arm == Arm.LEAD ? 1 : 4);
      for (Round round : rounds) {
        assertThat(ids(round.rows())).doesNotHaveDuplicates();
      }
    }
  }

  /** What clusters that are empty had is shared out, and nothing is drawn of them. */
  @Test
  void emptyClustersAreNotDrawn() {
    Selection selection = of(Arm.LEAD, rule(240, 3));
    Set<Integer> empty = new HashSet<>();
    while (!selection.isOver()) {
      Round round = selection.next();
      assertThat(empty).doesNotContain(round.cluster());
      empty.forEach(k -> assertThat(round.probabilities()[k]).isZero());
      end(selection, round);
      if (IntStream.range(0, 240).filter(i -> POOL.clusters()[i] == round.cluster()).count()
          == round.rows().size()) {
        empty.add(round.cluster());
      }
    }
    assertThat(empty).isNotEmpty();
    assertThatThrownBy(() -> selection.next(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nothing is left in cluster 0");
  }

  @Test
  void withoutABanditTheDrawStaysEven() {
    Selection selection = of(Arm.LEAD_NO_BANDIT, rule(120, 12));
    for (Round round : rounds(selection)) {
      assertThat(round.probabilities()).containsExactly(new double[] {1 / 3., 1 / 3., 1 / 3.}, E);
    }
    assertThat(selection.weights()).containsOnly(1);
  }

  @Test
  void randomInsideRewardsByUncertaintyAllTheSame() {
    Selection selection = of(Arm.LEAD_RANDOM_INSIDE, rule(30, 3));
    Round round = selection.next();
    double before = round.rows().stream().mapToDouble(r -> POOL.initialLoss()[r.row()]).sum();
    double losses = DoubleStream.of(losses(round)).sum();
    assertThat(end(selection, round).reward())
        .isCloseTo(.9 * (before - losses) / 10, within(1e-14));
  }

  /** 240 rows in 6 groups of about 40: at .02 a floor is 0. */
  @Test
  void aRateByFloorsCanHaveNothingToGive() {
    Rule small = with(rule(100, 1), .02, Rule.Count.USES, 1);
    assertThat(of(Arm.LEAD_FAITHFUL, small).isOver()).isTrue();
    Round round = of(Arm.LEAD, small).next();
    assertThat(round.rows()).hasSize(1); // of about 80
  }

  @Test
  void aRateIsOfWhatIsLeft() {
    Rule rule = with(rule(100, 1), .1, Rule.Count.USES, 1);
    Selection selection = of(Arm.LEAD, rule);
    Map<Integer, Integer> left = new HashMap<>();
    IntStream.range(0, 240).forEach(i -> left.merge(POOL.clusters()[i], 1, Integer::sum));
    List<Round> rounds = rounds(selection);
    for (Round round : rounds.subList(0, rounds.size() - 1)) {
      assertThat(round.rows()).hasSize((int) Math.floor(.1 * left.get(round.cluster())));
      left.merge(round.cluster(), -round.rows().size(), Integer::sum);
    }
    assertThat(selection.uses()).isEqualTo(100);
  }

  @Test
  void aBudgetOfDistinctRowsDoesNotCountRepetitions() {
    Selection selection = of(Arm.LEAD_FAITHFUL, with(rule(60, 6), 0, Rule.Count.DISTINCT, 1));
    List<Round> rounds = new ArrayList<>();
    while (!selection.isOver()) {
      Round round = selection.next();
      rounds.add(round);
      double[] asBefore = round.rows().stream().mapToDouble(Candidate::idu).toArray();
      selection.end(round, asBefore, Measured.NOTHING); // what nothing is learned of stays on top
    }
    assertThat(LongStream.of(allIds(rounds)).distinct()).hasSize(60);
    assertThat(selection.distinct()).isEqualTo(60);
    assertThat(selection.uses()).isGreaterThan(60).isEqualTo(allIds(rounds).length);
  }

  @Test
  void aBudgetOfDistinctRowsCutsTheWorst() {
    Rule rule = with(rule(100, 1), .1, Rule.Count.DISTINCT, 1);
    List<Long> best =
        of(Arm.LEAD, rule).next().rows().stream()
            .sorted(
                Comparator.comparingDouble((Candidate row) -> -row.utility())
                    .thenComparing(Candidate::id))
            .map(Candidate::id)
            .toList();
    Rule less = with(rule(5, 1), .1, Rule.Count.DISTINCT, 1);
    assertThat(best).hasSizeGreaterThan(5);
    assertThat(ids(of(Arm.LEAD, less).next().rows()))
        .containsExactlyInAnyOrderElementsOf(best.subList(0, 5));
  }

  /** Rows of cluster 1 fall by more: 600 rounds of a row each make it the likely one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theBanditFindsTheClusterThatTeachesMost(long seed) {
    PoolRows pool = RandomPool.of(6000, 1, 2);
    Selection selection = selection(pool, Arm.LEAD, rule(1200, 600), 2, seed);
    while (!selection.isOver()) {
      Round round = selection.next();
      double fall = round.cluster() == 1 ? .8 : .2;
      double[] losses =
          round.rows().stream()
              .mapToDouble(row -> row.idu() - fall - .1 * noise(row.id()))
              .toArray();
      selection.end(round, losses, new Measured(new double[] {1}, 0, 0));
    }
    assertThat(selection.probabilities()[1]).isGreaterThan(.9);
  }

  private static double noise(long id) {
    return new RandomStream(4, 4, id, 0).nextGaussian();
  }

  @Test
  void theLossChangeIsOfItsKind() {
    for (LossChange.Kind kind : LossChange.Kind.values()) {
      Rule r = rule(30, 3);
      Rule rule =
          new Rule(30, 3, 0, r.count(), r.smoothing(), r.gamma(), kind, r.guard(), r.batch());
      Selection selection = of(Arm.LEAD, rule);
      end(selection, selection.next());
      Round round = selection.next();
      LossChange found = end(selection, round).lossChange();
      assertThat(found.deltaPrevious()).isPositive();
      switch (kind) {
        case MIN_NORM -> assertThat(found.value()).isNegative();
        case ACTUAL_STEP -> assertThat(found.value()).isEqualTo(measured(round).actualStep());
        default -> assertThat(found.value()).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LEAD", "LEAD_FAITHFUL", "LEAD_NO_BANDIT", "LEAD_RANDOM_INSIDE"})
  void aSelectionGoesOnFromItsState(Arm arm) {
    Rule rule = with(rule(200, 20), 0, Rule.Count.USES, 2);
    List<Round> all = rounds(of(arm, rule));
    Selection begun = of(arm, rule);
    for (int t = 0; t < 7; t++) {
      end(begun, begun.next());
    }
    Map<String, Flat> state = begun.state();
    end(begun, begun.next()); // what comes after a state is not in it
    Selection resumed = of(arm, rule);
    end(resumed, resumed.next());
    resumed.restore(state);
    resumed.next(); // is drawn again
    List<Round> rest = rounds(resumed);
    assertThat(rest).hasSize(all.size() - 7);
    for (int t = 0; t < rest.size(); t++) {
      assertThat(rest.get(t)).usingRecursiveComparison().isEqualTo(all.get(7 + t));
    }
  }

  @Test
  void whatWasNotTrainedOnKeepsItsUtility() {
    Rule rule = rule(100, 10);
    Candidates candidates = RandomPool.candidates(POOL, Arm.LEAD_FAITHFUL, rule, CLUSTERS, 5);
    Selection selection = new Selection(rule, Arm.LEAD_FAITHFUL, 5, CLUSTERS, candidates);
    Set<Long> trained = new HashSet<>();
    while (!selection.isOver()) {
      Round round = selection.next();
      trained.addAll(ids(round.rows()));
      end(selection, round);
    }
    for (int k = 0; k < CLUSTERS; k++) {
      for (Candidate row : candidates.top(k, new long[] {1000, 1000})) {
        assertThat(row.uses() > 0).isEqualTo(trained.contains(row.id()));
        if (row.uses() == 0) {
          assertThat(row.utility()).isEqualTo(POOL.initialLoss()[row.row()]);
          assertThat(row.idu()).isEqualTo(POOL.initialLoss()[row.row()]);
        }
      }
    }
  }
}
