package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.text.Text;
import io.accelerant.selection.lead.Candidates.Candidate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The rounds of one arm: each draws a cluster, chooses rows of every task and, once they are
 * trained on, learns from what training said. {@link #next()} depends on the seed and the rounds
 * that have ended only, so a round that was stopped in its middle is drawn again as it was.
 */
final class Selection {
  private static final long CLUSTER = RandomStream.purpose("lead.cluster");
  private static final long ORDER = RandomStream.purpose("lead.order");
  private static final String PROGRESS = "progress";
  private static final String WEIGHTS = "weights";
  private static final String REWARDS = "rewards";
  private static final Comparator<Candidate> WORST_FIRST =
      Comparator.comparingDouble(Candidate::utility)
          .thenComparing(Comparator.comparingLong(Candidate::id).reversed());

  /**
   * What a round trains on.
   *
   * @param number from 0
   * @param probabilities of all clusters
   * @param rows in the order of training
   * @param batches end of each in rows, as equal as can be
   */
  record Round(
      int number, int cluster, double[] probabilities, List<Candidate> rows, int[] batches) {
    /** Of the cluster that was drawn. */
    double probability() {
      return probabilities[cluster];
    }
  }

  /**
   * What training saw in a round, beside the losses.
   *
   * @param gradient mean over its rows, before clipping; empty where nothing is learned from it
   * @param rate learning rate of its last update
   * @param actualStep gradient times what the parameters moved by in the round
   */
  record Measured(double[] gradient, double rate, double actualStep) {
    /** For arms that learn nothing. */
    static final Measured NOTHING = new Measured(new double[0], 0, 0);
  }

  /**
   * What a round taught.
   *
   * @param idu of its rows from now on, in their order
   * @param reward mean of what their IDU fell by
   * @param usedReward what the bandit was given: the reward brought to -1 .. 1
   */
  record Outcome(
      double[] idu,
      double reward,
      double usedReward,
      double weightBefore,
      double weightAfter,
      LossChange lossChange) {}

  private final Rule rule;
  private final Arm arm;
  private final long seed;
  private final int clusters;
  private final Candidates candidates;
  private final long budget;
  private final GradientMemory gradients = new GradientMemory();
  private final Rewards rewards = new Rewards();
  private final long[][] quotas;
  private Exp3 bandit;
  private int round;
  private long uses;
  private long distinct;

  /**
   * @param clusters of the pool, empty ones included; one is made of them under an arm that draws
   *     none
   * @param candidates before any round
   */
  Selection(Rule rule, Arm arm, long seed, int clusters, Candidates candidates) {
    this.rule = rule;
    this.arm = arm;
    this.seed = seed;
    this.clusters = arm.draw() == Arm.Draw.NONE ? 1 : clusters;
    this.candidates = candidates;
    this.quotas = new long[this.clusters][];
    this.budget = arm == Arm.FULL ? LongStream.of(candidates.available(0)).sum() : rule.budget();
    double[] weights = new double[this.clusters];
    Arrays.fill(weights, 1);
    this.bandit = new Exp3(rule.gamma(), weights);
  }

  /** Uses (or distinct rows) of the arm; what is chosen falls short of it if the rows run out. */
  long budget() {
    return budget;
  }

  /** Rounds that have ended. */
  int rounds() {
    return round;
  }

  /** Rows that were trained on, as often as they were. */
  long uses() {
    return uses;
  }

  /** Rows that were trained on. */
  long distinct() {
    return distinct;
  }

  /** Whether the budget is used or no cluster has anything to give. */
  boolean isOver() {
    return remaining() <= 0 || IntStream.range(0, clusters).noneMatch(this::isOpen);
  }

  private long remaining() {
    return budget - used();
  }

  /** Of the budget, by the rounds that have ended. */
  private long used() {
    return rule.count() == Rule.Count.USES ? uses : distinct;
  }

  /** Of the budget, what is used before each row of a round. */
  long[] used(Round next) {
    long[] used = new long[next.rows().size()];
    long sum = used();
    for (int i = 0; i < used.length; i++) {
      used[i] = sum;
      sum += rule.count() == Rule.Count.USES || next.rows().get(i).uses() == 0 ? 1 : 0;
    }
    return used;
  }

  private boolean isOpen(int cluster) {
    for (long quota : quotas(cluster)) {
      if (quota > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Probabilities of the next draw; of clusters that have nothing to give 0. When it is over, those
   * of the bandit alone.
   */
  double[] probabilities() {
    boolean over = isOver();
    boolean[] open = new boolean[clusters];
    for (int k = 0; k < clusters; k++) {
      open[k] = over || isOpen(k);
    }
    return bandit.probabilities(open);
  }

  /** Draws a cluster and chooses its rows; changes nothing. Not to be asked for when over. */
  Round next() {
    double[] p = probabilities();
    int cluster = new RandomStream(seed, CLUSTER, round, 0).nextCategorical(p, 0, clusters);
    return chosen(cluster, p);
  }

  /**
   * As {@link #next()}, of a cluster that is drawn elsewhere.
   *
   * @throws IllegalArgumentException if there is none of that number, or it has nothing to give
   */
  Round next(int cluster) {
    if (cluster < 0 || cluster >= clusters) {
      throw new IllegalArgumentException(
          Text.of("there are clusters 0 to %d, not %d", clusters - 1, cluster));
    }
    if (!isOpen(cluster)) {
      throw new IllegalArgumentException("nothing is left in cluster " + cluster);
    }
    return chosen(cluster, probabilities());
  }

  private Round chosen(int cluster, double[] probabilities) {
    List<Candidate> rows = cut(candidates.top(cluster, quotas(cluster)));
    return new Round(round, cluster, probabilities, shuffled(rows), batches(rows.size()));
  }

  /** Rows by task, of the largest utility each; found once a round. */
  private long[] quotas(int cluster) {
    if (quotas[cluster] == null) {
      quotas[cluster] = newQuotas(cluster);
    }
    return quotas[cluster];
  }

  private long[] newQuotas(int cluster) {
    long[] available = candidates.available(cluster);
    long most = rule.count() == Rule.Count.USES ? remaining() : Long.MAX_VALUE;
    if (arm.draw() == Arm.Draw.NONE) {
      return Quotas.proportional(remaining(), available);
    }
    if (rule.isByFloors(arm)) {
      return Quotas.proportional(most, Quotas.floors(rule.rate(), available));
    }
    return Quotas.proportional(Math.min(size(available), most), available);
  }

  private long size(long[] available) {
    return rule.rate() > 0
        ? Math.max(1, (long) Math.floor(rule.rate() * LongStream.of(available).sum()))
        : Quotas.size(budget, rule.rounds(), round);
  }

  /** Of rows that were never used, no more than the budget has left; the worst of them go. */
  private List<Candidate> cut(List<Candidate> rows) {
    List<Candidate> fresh = rows.stream().filter(row -> row.uses() == 0).toList();
    if (fresh.size() <= remaining() || rule.count() == Rule.Count.USES) {
      return rows;
    }
    Set<Candidate> worst =
        fresh.stream()
            .sorted(WORST_FIRST)
            .limit(fresh.size() - remaining())
            .collect(Collectors.toSet());
    return rows.stream().filter(row -> !worst.contains(row)).toList();
  }

  private List<Candidate> shuffled(List<Candidate> rows) {
    var order = PermutationKind.AUTO.of(rows.size(), RandomStream.mix(seed ^ ORDER), round);
    return IntStream.range(0, rows.size()).mapToObj(at -> rows.get((int) order.id(at))).toList();
  }

  /**
   * Ends of updates, as many as it takes and as equal as can be. Rows of an arm without clusters
   * are cut where rounds of the others end, so that as many uses make as many updates.
   */
  private int[] batches(int rows) {
    boolean asRounds = arm.draw() == Arm.Draw.NONE && arm != Arm.FULL && rule.rate() == 0;
    int pieces = asRounds ? Math.min(rule.rounds(), rows) : 1;
    IntStream.Builder ends = IntStream.builder();
    int from = 0;
    for (int piece = 0; piece < pieces; piece++) {
      int size = (int) Quotas.size(rows, pieces, piece);
      int updates = new Batches(size, rule.batch()).units();
      for (int done = 1; done <= updates; done++) {
        ends.add(from + (int) ((long) done * size / updates));
      }
      from += size;
    }
    return ends.build().toArray();
  }

  /**
   * Learns from a round.
   *
   * @param chosen the one that {@link #next()} gave
   * @param losses of its rows in their order, nats a token, each before the update it was part of
   */
  Outcome end(Round chosen, double[] losses, Measured measured) {
    LossChange lossChange = lossChange(chosen.cluster(), measured);
    double[] idu = new double[losses.length];
    double fall = 0;
    for (int i = 0; i < idu.length; i++) {
      double before = chosen.rows().get(i).idu();
      idu[i] = Smoothing.idu(rule.smoothing(), losses[i], lossChange.value(), before);
      fall += before - idu[i];
    }
    double reward = fall / idu.length;
    double used = rewards.normalised(reward);
    double before = bandit.weights()[chosen.cluster()];
    if (arm.draw() == Arm.Draw.BANDIT) {
      bandit.reward(chosen.cluster(), used, chosen.probability());
    }
    gradients.trained(chosen.cluster(), measured.gradient());
    candidates.trained(round, chosen.cluster(), chosen.rows(), idu);
    uses += idu.length;
    distinct += chosen.rows().stream().filter(row -> row.uses() == 0).count();
    round++;
    Arrays.fill(quotas, null);
    double after = bandit.weights()[chosen.cluster()];
    return new Outcome(idu, reward, used, before, after, lossChange);
  }

  private LossChange lossChange(int cluster, Measured measured) {
    LossChange terms = gradients.expected(cluster, measured.rate());
    return switch (rule.lossChange()) {
      case MIN_NORM -> terms;
      case ACTUAL_STEP -> terms.withValue(measured.actualStep());
      case NONE -> terms.withValue(0);
    };
  }

  /** Weights of the bandit, by cluster, the largest being 1. */
  double[] weights() {
    return bandit.weights().clone();
  }

  /** Everything that {@link #restore} needs, between two rounds. */
  Map<String, Flat> state() {
    Map<String, Flat> state = new LinkedHashMap<>(candidates.state());
    state.put(PROGRESS, Flat.of(new double[] {round, uses, distinct}));
    state.put(WEIGHTS, Flat.of(weights()));
    state.put(REWARDS, Flat.of(rewards.state()));
    state.putAll(gradients.state());
    return state;
  }

  /**
   * Goes on from a state.
   *
   * @param state may hold other things
   */
  void restore(Map<String, Flat> state) {
    Flat progress = state.get(PROGRESS);
    round = (int) progress.get(0);
    uses = (long) progress.get(1);
    distinct = (long) progress.get(2);
    bandit = new Exp3(rule.gamma(), state.get(WEIGHTS).toDoubles());
    rewards.restore(state.get(REWARDS).toDoubles());
    gradients.restore(state);
    candidates.restore(round, state);
    Arrays.fill(quotas, null);
  }
}
