package io.accelerant.distill.model.network;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Scores;
import java.util.Arrays;

/**
 * A network of the engine as a discrete model: float32 logits, float64 probabilities. A batch is
 * cut into programs of few sizes from its start on, so that the neighbours of a row, and with them
 * its bits, follow from the batch alone.
 */
final class NetworkTextModel implements DiscreteModel {
  private final String name;
  private final ForwardPrograms programs;
  private final DiffusionProcess process;
  private final int length;
  private final boolean timed;
  private double[] posteriors = new double[0];

  /**
   * @param name begins messages
   * @param timed whether the network is given the time
   */
  NetworkTextModel(
      String name, ForwardPrograms programs, DiffusionProcess process, int length, boolean timed) {
    this.name = name;
    this.programs = programs;
    this.process = process;
    this.length = length;
    this.timed = timed;
  }

  @Override
  public String name() {
    return name;
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
    return !timed;
  }

  @Override
  public void scores(int[] states, int batch, double time, double[] scores) {
    int positions = batch * length;
    if (posteriors.length < positions * process.vocabulary()) {
      posteriors = new double[positions * process.vocabulary()];
    }
    for (Buckets.Slice slice : ForwardPrograms.BATCHES.cut(batch)) {
      posteriors(states, slice, time);
    }
    Scores.fromPosteriors(process, states, positions, posteriors, time, scores);
  }

  private void posteriors(int[] states, Buckets.Slice slice, double time) {
    int first = slice.from() * length;
    int positions = slice.count() * length;
    int[] rows = Arrays.copyOfRange(states, first, first + positions);
    Program program = programs.of(slice.bucket());
    program.set("tokens", Buckets.pad(rows, length, slice.bucket(), process.mask()));
    if (timed) {
      float[] times = new float[slice.bucket()];
      Arrays.fill(times, (float) (ForwardPrograms.TIME_SCALE * time));
      program.set("time", times);
    }
    program.run();
    Scores.posteriors(
        process,
        states,
        first,
        positions,
        program.floats("logits"),
        process.symbols(),
        process.mask(),
        posteriors);
  }

  @Override
  public void close() {
    programs.close();
  }
}
