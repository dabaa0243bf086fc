package io.accelerant.selection.classifier;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.Optimizer;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.selection.subset.Block;
import io.accelerant.selection.subset.SubsetPlan;
import io.accelerant.selection.subset.SubsetSchedule;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains one cell, step after step, on one thread: SGD with Nesterov's momentum on the rounds of
 * RS2 in order of {@code pi_p(id)}, under a cosine schedule. A function of (cell, recipe, images).
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

  Trained run(ProgramPool pool, ImageSet test) {
    BatchShape shape = BatchShape.of(recipe.batch());
    float[] parameters = floats(recipe.network().initial(cell.seed()));
    List<Double> curve = new ArrayList<>();
    long nanos = 0;
    long cpu = 0;
    try (ProgramPool.Lease lease = recipe.network().training(pool, Precision.FLOAT32, shape);
        Optimizer optimizer =
            new Optimizer(
                OptimizerSpec.nesterovs(recipe.momentum()),
                lease.program().parameters(),
                Precision.FLOAT32)) {
      Steps steps = new Steps(lease.program(), optimizer, parameters);
      for (int e = 0; e < recipe.rounds(); e++) {
        long start = System.nanoTime();
        long cpuStart = THREAD.getCurrentThreadCpuTime();
        steps.round(order(e));
        cpu += THREAD.getCurrentThreadCpuTime() - cpuStart;
        nanos += System.nanoTime() - start;
        if ((e + 1) % recipe.evaluateEvery() == 0 || e + 1 == recipe.rounds()) {
          curve.add(accuracy(recipe, pool, parameters, test));
        }
      }
      double[] accuracy = curve.stream().mapToDouble(Double::doubleValue).toArray();
      return new Trained(accuracy, nanos / 1e9, cpu / 1e9, optimizer.steps(), parameters);
    }
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** The steps of one training, with the buffers that they share. */
  private final class Steps {
    private final Program program;
    private final Optimizer optimizer;
    private final float[] parameters;
    private final float[] gradient;
    private final float[] x = new float[recipe.batch() * train.width()];
    private final int[] targets = new int[recipe.batch()];
    private final float[] weights = new float[recipe.batch()];
    private final float[] numbers = recipe.pixels();

    Steps(Program program, Optimizer optimizer, float[] parameters) {
      this.program = program;
      this.optimizer = optimizer;
      this.parameters = parameters;
      this.gradient = new float[parameters.length];
    }

    void round(int[] ids) {
      for (int from = 0; from < ids.length; from += recipe.batch()) {
        step(ids, from, Math.min(ids.length, from + recipe.batch()));
      }
    }

    /** The last batch of a round is filled up with images of weight zero. */
    private void step(int[] ids, int from, int to) {
      for (int b = 0; b < recipe.batch(); b++) {
        int image = ids[Math.min(from + b, to - 1)];
        train.copy(image, numbers, x, b * train.width());
        targets[b] = train.label(image);
        weights[b] = from + b < to ? 1f / (to - from) : 0;
      }
      program.setParameters(parameters).set("x", x).set("targets", targets).set("weights", weights);
      program.run();
      program.gradients(gradient);
      float decay = (float) recipe.weightDecay();
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += decay * parameters[i];
      }
      optimizer.step(parameters, gradient, rate.at(optimizer.steps()));
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
