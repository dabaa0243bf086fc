package io.accelerant.distill.mmd;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.train.Programs;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.model.network.ImageModel;
import java.util.Arrays;

/**
 * The network as the prediction that a chain steps by: float32 inside, float64 outside, a
 * micro-batch at a time from the first row on.
 */
final class NetworkPrediction implements PredictionModel {
  private final Programs programs;
  private final ChainObjective objective;
  private final int[] labels;
  private final int size;
  private Flat gradient;

  /**
   * @param labels [batch], as the network numbers them: {@code classes} is no class
   */
  NetworkPrediction(Programs programs, ChainObjective objective, int[] labels) {
    this.programs = programs;
    this.objective = objective;
    this.labels = labels;
    this.size =
        objective.patches().channels() * objective.patches().size() * objective.patches().size();
  }

  /** The sum of what was pulled back to the trained parameters; null before that. */
  Flat gradient() {
    return gradient;
  }

  /** What is done with one micro-batch. */
  private interface Piece {
    void of(int from, int rows);
  }

  private void pieces(Piece piece) {
    for (int from = 0; from < labels.length; from += objective.microBatch()) {
      piece.of(from, Math.min(objective.microBatch(), labels.length - from));
    }
  }

  @Override
  public double[] predict(double[] x, Node node) {
    BatchShape shape = objective.shape();
    double[] noise = new double[x.length];
    pieces(
        (from, rows) -> {
          Program program = programs.forward(objective, shape);
          set(program, x, node, from, rows);
          program.run();
          copy(program.doubles("prediction"), noise, from, rows);
        });
    return noise;
  }

  @Override
  public double[] pullBack(double[] x, Node node, double[] cotangent) {
    BatchShape shape = objective.shape();
    double[] pulled = new double[x.length];
    pieces(
        (from, rows) -> {
          Program program = programs.training(objective, shape);
          set(program, x, node, from, rows);
          program.set("cotangent", rows(cotangent, from, rows));
          program.run();
          Flat all = program.gradients();
          int parameters = all.length() - objective.microBatch() * size;
          Flat own = all.slice(0, parameters);
          gradient = gradient == null ? own : gradient.add(own);
          copy(all.slice(parameters, rows * size).toDoubles(), pulled, from, rows);
        });
    return pulled;
  }

  private void set(Program program, double[] x, Node node, int from, int rows) {
    float[] times = new float[objective.microBatch()];
    Arrays.fill(times, ImageModel.networkTime(node));
    program.set(ChainObjective.X, rows(x, from, rows)).set("time", times);
    if (objective.patches().classes() > 0) {
      int[] own = new int[objective.microBatch()];
      System.arraycopy(labels, from, own, 0, rows);
      program.set("label", own);
    }
  }

  /** Rows of a batch, filled up with zeros. */
  private double[] rows(double[] all, int from, int rows) {
    double[] piece = new double[objective.microBatch() * size];
    System.arraycopy(all, from * size, piece, 0, rows * size);
    return piece;
  }

  private void copy(double[] piece, double[] all, int from, int rows) {
    System.arraycopy(piece, 0, all, from * size, rows * size);
  }
}
