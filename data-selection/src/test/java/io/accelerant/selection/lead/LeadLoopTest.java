package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeadLoopTest {
  private static final ProgramPool POOL = new ProgramPool(20);
  private static final int ROWS = 27;
  private static final int CLUSTERS = 3;
  private static final double PEAK = .05;
  private static final PoolRows ROWS_OF_POOL = RandomPool.of(ROWS, 2, CLUSTERS);

  @TempDir Path folder;

  @AfterAll
  static void close() {
    POOL.close();
  }

  private static final class Killed extends RuntimeException {}

  /** What is left when a run ends. */
  private record Ended(Trace trace, Trainer trainer) {}

  /** A ground that saves now and then, and dies after an update. */
  private static final class SavingGround implements Ground {
    private final LocalRound round = new LocalRound(shards(), POOL, Precision.FLOAT32, 1);
    private final Map<String, Object> made;
    private final Optional<Snapshots> snapshots;
    private final int diesAfter;
    private final Rule rule;
    private Trainer trainer;

    SavingGround(Rule rule, Map<String, Object> made, Optional<Snapshots> snapshots, int dies) {
      this.rule = rule;
      this.made = made;
      this.snapshots = snapshots;
      this.diesAfter = dies;
    }

    static MemoryShards shards() {
      byte[][] records = LetterRows.records(ROWS);
      return new MemoryShards(ROWS, i -> records[i], 1);
    }

    @Override
    public Candidates candidates(Arm arm) {
      return RandomPool.candidates(ROWS_OF_POOL, arm, rule, CLUSTERS, 1);
    }

    @Override
    public Trainer trainer(Roles roles, int updates) {
      trainer = new Trainer(round, roles, updates);
      snapshots.ifPresent(saved -> trainer.checkpoints(saved, 1 + Math.max(0, diesAfter) % 2));
      return trainer.watch(
          done -> {
            if (done == diesAfter) {
              throw new Killed();
            }
          });
    }

    @Override
    public <T> T once(String name, Class<T> type, Supplier<T> work) {
      return type.cast(made.computeIfAbsent(name, n -> work.get()));
    }

    @Override
    public Judged judge(float[] parameters) {
      return new Judged(new double[1], new long[] {1}, new long[1], new long[1]);
    }

    @Override
    public void close() {
      round.close();
    }
  }

  private static Rule rule(LossChange.Kind change) {
    return new Rule(
        24, 3, 0, Rule.Count.USES, .1, .1, change, new Guard(1, Guard.Duplicates.KEEP, 1), 4);
  }

  private static Roles roles(UsedRate rate) {
    OptimizerSpec adam = OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0);
    return new Roles(Precision.FLOAT32)
        .trained(
            Loss.NETWORK,
            LetterRows.NETWORK,
            Training.of(adam, rate).clipped(.01),
            Flat.of(LetterRows.base()));
  }

  private static Ended run(
      Arm arm, Rule rule, Map<String, Object> made, Snapshots saved, int dies) {
    try (SavingGround ground = new SavingGround(rule, made, Optional.ofNullable(saved), dies)) {
      UsedRate rate = new UsedRate(PEAK, rule.budget());
      try (Roles roles = roles(rate)) {
        boolean follows = rule.lossChange() == LossChange.Kind.ACTUAL_STEP;
        Selection selection = new Selection(rule, arm, 1, CLUSTERS, ground.candidates(arm));
        GradientPart part = GradientPart.of(LetterRows.NETWORK, "block");
        Trace trace =
            new LeadLoop(
                    "a test", LetterRows.LEAD, part, selection, ground, roles, rate, follows, 100)
                .run(Trace.Wanted.BOTH);
        return new Ended(trace, ground.trainer);
      }
    }
  }

  private static Ended run(Arm arm, LossChange.Kind change) {
    return run(arm, rule(change), new HashMap<>(), null, -1);
  }

  /** What the first update sums up, by the untouched model. */
  private static Sums first(long[] rows) {
    try (LocalRound round = new LocalRound(SavingGround.shards(), POOL, Precision.FLOAT32, 1);
        Roles roles = roles(new UsedRate(PEAK, 1))) {
      return round.sums(LetterRows.LEAD.step(), Draw.chosen(update -> rows), roles, 0);
    }
  }

  private static long[] rows(RoundTrace round, int from, int to) {
    return IntStream.range(from, to).mapToLong(i -> (round.ids()[i] - 100) / 3).toArray();
  }

  @Test
  void aRowsLossIsThatBeforeItsUpdate() {
    RoundTrace round = run(Arm.LEAD, LossChange.Kind.NONE).trace().rounds().get(0);
    assertThat(round.ids()).hasSize(8); // two updates
    double[] untouched = first(rows(round, 0, 8)).items().get(RowLoss.LOSSES).doubles();
    for (int i = 0; i < 4; i++) {
      assertThat(round.losses()[i]).isCloseTo(untouched[i], within(1e-6));
      assertThat(round.losses()[4 + i]).isNotCloseTo(untouched[4 + i], within(1e-4));
    }
  }

  /** Mean over rows of both updates; the clip of .01 does not show in it. */
  @Test
  void aRoundsGradientIsThatOfItsRowsBeforeClipping() {
    Rule one =
        new Rule(4, 1, 0, Rule.Count.USES, 0, .1, LossChange.Kind.NONE, rule(null).guard(), 4);
    Ended ended = run(Arm.LEAD, one, new HashMap<>(), null, -1);
    RoundTrace round = ended.trace().rounds().get(0);
    double[] gradient =
        GradientPart.of(LetterRows.NETWORK, "block")
            .ofGradient(first(rows(round, 0, 4)).gradients().get(Loss.NETWORK));
    double[] kept = ended.trainer().kept("selection.gradient.previous").orElseThrow().doubles();
    assertThat(Flat.of(kept).norm()).isGreaterThan(.1);
    assertThat(kept).containsExactly(gradient, within(1e-7));
  }

  @Test
  void theActualStepIsTheGradientTimesWhatParametersMovedBy() {
    Rule one =
        new Rule(
            4, 1, 0, Rule.Count.USES, 0, .1, LossChange.Kind.ACTUAL_STEP, rule(null).guard(), 4);
    Ended ended = run(Arm.LEAD, one, new HashMap<>(), null, -1);
    GradientPart part = GradientPart.of(LetterRows.NETWORK, "block");
    double[] gradient = ended.trainer().kept("selection.gradient.previous").orElseThrow().doubles();
    double[] before = part.ofParameters(Flat.of(LetterRows.base()));
    double[] after = part.ofParameters(Flat.of(ended.trace().model()));
    double step =
        IntStream.range(0, after.length)
            .mapToDouble(i -> gradient[i] * (after[i] - before[i]))
            .sum();
    assertThat(step).isNegative();
    assertThat(ended.trace().rounds().get(0).change().value()).isCloseTo(step, within(1e-9));
  }

  @Test
  void theRateFallsWithTheRowsUsed() {
    Ended ended = run(Arm.RANDOM, LossChange.Kind.NONE);
    double[] rates = ended.trainer().log().column("learningRate");
    assertThat(ended.trace().uses()).isEqualTo(24);
    for (int update = 0; update < rates.length; update++) {
      assertThat(rates[update]).isCloseTo(PEAK * (1 - 4 * update / 24.0), within(1e-12));
    }
  }

  /** Rows that are used again move it no further. */
  @Test
  void theRateFallsWithWhatTheBudgetCounts() {
    Rule uses = rule(LossChange.Kind.NONE);
    Rule distinct =
        new Rule(16, 4, 0, Rule.Count.DISTINCT, 1, .1, uses.lossChange(), uses.guard(), 4);
    Ended ended = run(Arm.LEAD_FAITHFUL, distinct, new HashMap<>(), null, -1);
    assertThat(ended.trace().uses()).isGreaterThan(16);
    double[] rates = ended.trainer().log().column("learningRate");
    int fresh = 0;
    int update = 0;
    for (RoundTrace round : ended.trace().rounds()) { // of an update each
      assertThat(rates[update++]).isCloseTo(PEAK * (1 - fresh / 16.0), within(1e-12));
      fresh += (int) IntStream.of(round.uses()).filter(n -> n == 1).count();
    }
    assertThat(update).isEqualTo(rates.length);
    assertThat(fresh).isEqualTo(16);
  }

  @Test
  void stoppedAfterAnyUpdateItChoosesTheSameRowsAndEndsWithTheSameBits() {
    Rule all = rule(LossChange.Kind.ACTUAL_STEP);
    Rule rule = new Rule(16, 2, 0, all.count(), .1, .1, all.lossChange(), all.guard(), 4);
    Ended whole = run(Arm.LEAD, rule, new HashMap<>(), null, -1);
    assertThat(whole.trace().rounds()).hasSizeGreaterThan(1);
    for (int dies = 1; dies <= whole.trace().updates(); dies++) {
      Map<String, Object> made = new HashMap<>();
      int after = dies;
      Snapshots saved =
          Snapshots.at(folder.resolve("s" + dies).toString(), new Configuration(), "k", x -> {});
      assertThatThrownBy(() -> run(Arm.LEAD, rule, made, saved, after)).isInstanceOf(Killed.class);
      Ended again = run(Arm.LEAD, rule, made, saved, -1);
      assertThat(again.trace().model()).isEqualTo(whole.trace().model());
      assertThat(again.trace().rounds())
          .usingRecursiveComparison()
          .isEqualTo(whole.trace().rounds());
    }
  }
}
