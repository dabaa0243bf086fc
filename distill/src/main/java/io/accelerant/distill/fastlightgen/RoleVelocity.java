package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.Sums;
import io.accelerant.distill.fastlightgen.VelocityObjective.Use;
import java.util.Arrays;
import java.util.List;

/**
 * The network of a role at work, a micro-batch at a time from the first row on: float32 inside,
 * float64 outside.
 *
 * @param blocks that are run
 * @param microBatch rows of one program
 */
record RoleVelocity(
    Programs programs,
    String role,
    PatchTransformer network,
    List<Integer> blocks,
    int microBatch) {
  /** Networks of {@code core.nn} take times in [0, 1] times 1000. */
  private static final double TIME_SCALE = 1000;

  /** With all of its blocks. */
  RoleVelocity(Programs programs, String role, PatchTransformer network, int microBatch) {
    this(programs, role, network, network.keep(), microBatch);
  }

  private int size() {
    return network.numbers();
  }

  /** What is done with one micro-batch. */
  private interface Piece {
    void of(Program program, int from, int rows);
  }

  private void pieces(Use use, Rows rows, Piece piece) {
    VelocityObjective objective = objective(use);
    for (int from = 0; from < rows.count(); from += microBatch) {
      int count = Math.min(microBatch, rows.count() - from);
      Program program =
          use == Use.OUTPUT
              ? programs.forward(objective, objective.shape())
              : programs.training(objective, objective.shape());
      set(program, network, microBatch, rows, from, count);
      piece.of(program, from, count);
    }
  }

  /** Sets the inputs of a network's program from some rows on, filled up with zeros. */
  static void set(
      Program program, PatchTransformer network, int microBatch, Rows rows, int from, int count) {
    double[] times = new double[microBatch];
    int[] labels = new int[microBatch];
    for (int i = 0; i < count; i++) {
      times[i] = TIME_SCALE * rows.t()[from + i];
      labels[i] = rows.labels()[from + i];
    }
    int size = network.numbers();
    program.set("x", piece(rows.z(), from, count, size, microBatch)).set("time", times);
    if (network.classes() > 0) {
      program.set("label", labels);
    }
  }

  private static double[] piece(double[] all, int from, int count, int size, int microBatch) {
    double[] piece = new double[microBatch * size];
    System.arraycopy(all, from * size, piece, 0, count * size);
    return piece;
  }

  private double[] piece(double[] all, int from, int count) {
    return piece(all, from, count, size(), microBatch);
  }

  /** The velocities, {@code [rows][numbers]} flat. */
  double[] at(Rows rows) {
    double[] velocity = new double[rows.count() * size()];
    pieces(
        Use.OUTPUT,
        rows,
        (program, from, count) -> {
          program.run();
          double[] own = program.doubles(VelocityObjective.PREDICTION);
          System.arraycopy(own, 0, velocity, from * size(), count * size());
        });
    return velocity;
  }

  /**
   * Adds the gradient of the mean squared error over the union batch.
   *
   * @param target {@code [rows][numbers]}, flat
   * @param union rows of all workers
   * @return these rows' part of the error
   */
  double regress(Rows rows, double[] target, long union, Sums sums) {
    double[] error = new double[1];
    VelocityObjective objective = objective(Use.REGRESSION);
    pieces(
        Use.REGRESSION,
        rows,
        (program, from, count) -> {
          double[] weights = new double[microBatch];
          Arrays.fill(weights, 0, count, 1.0 / union);
          program.set("target", piece(target, from, count)).set("weights", weights);
          program.run();
          error[0] += program.scalar("loss");
          sums.addGradients(objective, program);
        });
    return error[0];
  }

  /** Adds the gradient of {@code sum(velocity * cotangent)}. */
  void pullBack(Rows rows, double[] cotangent, Sums sums) {
    VelocityObjective objective = objective(Use.PULL_BACK);
    pieces(
        Use.PULL_BACK,
        rows,
        (program, from, count) -> {
          program.set(VelocityObjective.COTANGENT, piece(cotangent, from, count));
          program.run();
          sums.addGradients(objective, program);
        });
  }

  private VelocityObjective objective(Use use) {
    return new VelocityObjective(role, network, blocks, use, microBatch);
  }
}
