package io.accelerant.selection.classifier;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.selection.subset.Block;
import io.accelerant.selection.subset.SubsetPlan;
import io.accelerant.selection.subset.SubsetSchedule;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Trains one cell on one thread, a step being a round of one worker: SGD with Nesterov's momentum
 * on the rounds of RS2 in order of {@code pi_p(id)}, under a cosine schedule. A function of (cell,
 * recipe, images).
 */
final class SubsetTraining {
  private static final int TEST_BATCH = 500;
  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  private final Cell cell;
  private final Recipe recipe;
  private final ImageSet train;
  private final SubsetPlan plan;
  private final SubsetSchedule schedule;
  private final LearningRate rate;
  private int[] order;
  private int ordered = -1;

  SubsetTraining(Cell cell, Recipe recipe, ImageSet train) {
    this.cell = cell;
    this.recipe = recipe;
    this.train = train;
    this.plan = SubsetPlan.of(cell.choice().mode(), train.count(), cell.ratio(), false);
    this.schedule = new SubsetSchedule(plan.size(), recipe.batch(), recipe.rounds());
    boolean stretched = cell.choice() != Choice.FULL_SCHEDULE;
    SubsetSchedule over =
        stretched ? schedule : new SubsetSchedule(train.count(), recipe.batch(), recipe.rounds());
    this.rate = over.cosine(recipe.peak(), recipe.floor());
  }

  /**
   * @param accuracy share of the test images in percent, after each {@code evaluateEvery} rounds
   *     and after the last
   * @param seconds of training, without evaluation and set-up
   * @param cpuSeconds of the training thread, which a busy machine disturbs less
   */
  record Trained(
      double[] accuracy, double seconds, double cpuSeconds, long steps, float[] parameters)
      implements Serializable {
    double last() {
      return accuracy[accuracy.length - 1];
    }
  }

  long steps() {
    return schedule.steps();
  }

  /** Learning rate of step t. */
  double rate(long step) {
    return rate.at(step);
  }

  /** The images of round e in the order in which they are trained on. */
  int[] order(int e) {
    Block block = plan.round(e);
    Permutation pi = PermutationKind.AUTO.of(plan.rows(), cell.seed(), block.pass());
    int[] ids = new int[Math.toIntExact(block.size())];
    // The baseline gets a new order in every round too, else it would lose for another reason.
    Permutation within =
        cell.choice() == Choice.STATIC
            ? PermutationKind.TABLE.of(ids.length, cell.seed(), 1L + e)
            : null;
    for (int i = 0; i < ids.length; i++) {
      long at = within == null ? i : within.position(i);
      ids[i] = (int) pi.id(block.from() + at);
    }
    return ids;
  }

  /** The images of a step: a batch of its round's order. */
  private long[] images(int step) {
    int e = Math.toIntExact(step / schedule.stepsPerRound());
    if (e != ordered) {
      order = order(e);
      ordered = e;
    }
    int from = Math.toIntExact(step % schedule.stepsPerRound()) * recipe.batch();
    int to = Math.min(order.length, from + recipe.batch());
    return Arrays.stream(order, from, to).asLongStream().toArray();
  }

  Trained run(ProgramPool pool, ImageSet test) {
    ClassifierLoss loss = new ClassifierLoss(recipe);
    Flat initial = Flat.of(Precision.FLOAT32, recipe.network().initial(cell.seed()));
    Training training =
        Training.of(OptimizerSpec.nesterovs(recipe.momentum()), rate)
            .penalised(recipe.weightDecay());
    MemoryShards shards = new MemoryShards(train.count(), train::record, cell.seed());
    int each = Math.toIntExact(schedule.stepsPerRound());
    List<Double> curve = new ArrayList<>();
    long nanos = 0;
    long cpu = 0;
    try (LocalRound workers = new LocalRound(shards, pool, Precision.FLOAT32, cell.seed());
        Roles roles =
            new Roles(Precision.FLOAT32)
                .trained(Loss.NETWORK, recipe.network(), training, initial)) {
      Trainer trainer = new Trainer(workers, roles, Math.toIntExact(schedule.steps()));
      for (int e = 0; e < recipe.rounds(); e++) {
        long start = System.nanoTime();
        long cpuStart = THREAD.getCurrentThreadCpuTime();
        trainer.rounds(e * each, (e + 1) * each, new GradientStep(loss), Draw.chosen(this::images));
        cpu += THREAD.getCurrentThreadCpuTime() - cpuStart;
        nanos += System.nanoTime() - start;
        if ((e + 1) % recipe.evaluateEvery() == 0 || e + 1 == recipe.rounds()) {
          curve.add(accuracy(recipe, pool, roles.parameters(Loss.NETWORK).floats(), test));
        }
      }
      double[] accuracy = curve.stream().mapToDouble(Double::doubleValue).toArray();
      float[] parameters = roles.parameters(Loss.NETWORK).floats();
      return new Trained(accuracy, nanos / 1e9, cpu / 1e9, trainer.done(), parameters);
    }
  }

  /** Share of the images whose largest logit is that of their label, in percent. */
  static double accuracy(Recipe recipe, ProgramPool pool, float[] parameters, ImageSet test) {
    int right = 0;
    float[] x = new float[TEST_BATCH * test.width()];
    float[] numbers = recipe.pixels();
    try (ProgramPool.Lease lease =
        recipe.network().forward(pool, Precision.FLOAT32, BatchShape.of(TEST_BATCH))) {
      Program program = lease.program().setParameters(parameters);
      for (int from = 0; from < test.count(); from += TEST_BATCH) {
        int to = Math.min(test.count(), from + TEST_BATCH);
        for (int b = 0; b < TEST_BATCH; b++) {
          test.copy(Math.min(from + b, to - 1), numbers, x, b * test.width());
        }
        program.set("x", x).run();
        right += right(program.floats("logits"), test, from, to);
      }
    }
    return 100.0 * right / test.count();
  }

  private static int right(float[] logits, ImageSet test, int from, int to) {
    int classes = logits.length / TEST_BATCH;
    int right = 0;
    for (int i = from; i < to; i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        int row = (i - from) * classes;
        best = logits[row + c] > logits[row + best] ? c : best;
      }
      right += best == test.label(i) ? 1 : 0;
    }
    return right;
  }
}
