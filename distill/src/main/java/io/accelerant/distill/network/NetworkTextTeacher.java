package io.accelerant.distill.network;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.DataException;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteTeacher;
import io.accelerant.distill.discrete.Scores;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A network of the engine as a teacher: float32 logits, float64 probabilities. A batch is cut into
 * programs of few sizes from its start on, so that the neighbours of a row, and with them its bits,
 * follow from the batch alone.
 */
final class NetworkTextTeacher implements DiscreteTeacher {
  /** Rows of a program; what is left of a batch is padded with rows of MASK. */
  static final Buckets BATCHES = Buckets.of(8, 64);

  /** Networks of {@code core.nn} take diffusion times in [0, 1] times 1000. */
  private static final float TIME_SCALE = 1000;

  private final TokenNetwork network;
  private final float[] parameters;
  private final DiffusionProcess process;
  private final int length;
  private final ProgramPool pool;
  private final Map<Integer, ProgramPool.Lease> leases = new HashMap<>();
  private double[] posteriors = new double[0];

  NetworkTextTeacher(
      TokenNetwork network,
      float[] parameters,
      DiffusionProcess process,
      int length,
      ProgramPool pool) {
    this.network = network;
    this.parameters = parameters;
    this.process = process;
    this.length = length;
    this.pool = pool;
  }

  @Override
  public DiffusionProcess process() {
    return process;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public boolean timeAgnosticPosterior() {
    return !network.timed();
  }

  @Override
  public void scores(int[] states, int batch, double time, double[] scores) {
    int positions = batch * length;
    if (posteriors.length < positions * process.vocabulary()) {
      posteriors = new double[positions * process.vocabulary()];
    }
    for (Buckets.Slice slice : BATCHES.cut(batch)) {
      posteriors(states, slice, time);
    }
    Scores.fromPosteriors(process, states, positions, posteriors, time, scores);
  }

  private void posteriors(int[] states, Buckets.Slice slice, double time) {
    int first = slice.from() * length;
    int positions = slice.count() * length;
    int[] rows = Arrays.copyOfRange(states, first, first + positions);
    Program program = program(slice.bucket());
    program.set("tokens", Buckets.pad(rows, length, slice.bucket(), process.mask()));
    if (network.timed()) {
      float[] times = new float[slice.bucket()];
      Arrays.fill(times, TIME_SCALE * (float) time);
      program.set("time", times);
    }
    program.run();
    int bad =
        Scores.posteriors(
            process,
            states,
            first,
            positions,
            program.floats("logits"),
            network.vocabulary(),
            process.mask(),
            posteriors);
    if (bad >= 0) {
      throw new DataException(
          "The model gives logits that are not finite numbers for sequence %d of a batch, position %d."
              .formatted(bad / length, bad % length));
    }
  }

  private Program program(int rows) {
    return leases
        .computeIfAbsent(
            rows,
            size -> {
              ProgramPool.Lease lease =
                  network.forward(pool, Precision.FLOAT32, BatchShape.of(size, length));
              lease.program().setParameters(parameters);
              return lease;
            })
        .program();
  }

  @Override
  public void close() {
    leases.values().forEach(ProgramPool.Lease::close);
    leases.clear();
  }
}
