package io.accelerant.selection.lead;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generated;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.run.Batches;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Objective;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Loss of the test rows, and whether the likeliest answers to some of them are right. Rows are
 * judged batch by batch, so that what comes out does not depend on who judges which.
 *
 * @param batch rows that are judged together
 */
record Judge(LeadNetwork network, int batch) implements Serializable {
  private static final long DRAWS = RandomStream.purpose("lead.test");

  /**
   * What a model makes of the rows of a batch.
   *
   * @param losses nats a token of each answer
   * @param right of the first rows, those that are answered
   */
  record Part(double[] losses, boolean[] right) implements Serializable {}

  /** How rows are cut. */
  Batches batches(TestRows rows) {
    return new Batches(rows.count(), batch);
  }

  /** All batches, in this thread. Start the engine first. */
  Judged of(TestRows rows, float[] parameters, ProgramPool pool) {
    return together(
        rows,
        IntStream.range(0, batches(rows).units())
            .mapToObj(unit -> part(rows, unit, parameters, pool))
            .toList());
  }

  /**
   * One batch.
   *
   * @param parameters of the trained network, in the order of its layout
   */
  Part part(TestRows rows, int unit, float[] parameters, ProgramPool pool) {
    int from = batches(rows).from(unit);
    int to = batches(rows).to(unit);
    return new Part(
        losses(Arrays.copyOfRange(rows.records(), from, to), parameters, pool),
        right(rows, from, Math.max(from, Math.min(to, rows.answered())), parameters, pool));
  }

  private double[] losses(byte[][] records, float[] parameters, ProgramPool pool) {
    double[] losses = new double[records.length];
    Objective objective = network.loss();
    new Batch(List.of(records), 0, records.length, 0, 0)
        .pieces(
            objective,
            (piece, shape) -> {
              try (ProgramPool.Lease lease = objective.forward(pool, Precision.FLOAT32, shape)) {
                Program program = lease.program().setParameters(parameters);
                objective.set(program, piece);
                program.run();
                double[] found = program.doubles(RowLoss.LOSSES);
                for (int i = 0; i < piece.size(); i++) {
                  losses[(int) piece.number(i)] = found[i];
                }
              }
            });
    return losses;
  }

  private boolean[] right(TestRows rows, int from, int to, float[] parameters, ProgramPool pool) {
    boolean[] right = new boolean[to - from];
    if (right.length > 0) {
      Generation greedy = Generation.of(Warp.GREEDY, rows.answerLength(), rows.tokenizer());
      try (CausalModel model = CausalSource.open(network.generating(), parameters, pool)) {
        List<Generated> answers =
            greedy.run(
                model,
                IntStream.range(from, to).mapToObj(rows::request).toList(),
                Choices.keyed(0, DRAWS));
        for (int i = 0; i < right.length; i++) {
          right[i] = rows.isSolvedBy(from + i, answers.get(i).tokens());
        }
      }
    }
    return right;
  }

  /**
   * @param parts of all batches, in their order
   */
  Judged together(TestRows rows, List<Part> parts) {
    int tasks = rows.taskNames().size();
    double[] sums = new double[tasks];
    long[] counts = new long[tasks];
    long[] right = new long[tasks];
    long[] answered = new long[tasks];
    for (int unit = 0; unit < parts.size(); unit++) {
      int from = batches(rows).from(unit);
      Part part = parts.get(unit);
      for (int i = 0; i < part.losses().length; i++) {
        int task = rows.tasks()[from + i];
        sums[task] += part.losses()[i];
        counts[task]++;
        answered[task] += i < part.right().length ? 1 : 0;
        right[task] += i < part.right().length && part.right()[i] ? 1 : 0;
      }
    }
    return new Judged(sums, counts, right, answered);
  }
}
