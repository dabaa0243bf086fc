package io.accelerant.distill.model.network;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Prediction;
import java.util.Arrays;

/**
 * A patch transformer of the engine as a prediction of the noise, whatever it predicts itself:
 * float32 inside, float64 outside. A batch is cut into programs of few sizes from its start on, so
 * that the neighbours of a row, and with them its bits, follow from the batch alone.
 */
final class NetworkImageModel implements ContinuousModel {
  private final String name;
  private final ForwardPrograms programs;
  private final int size;
  private final int classes;
  private final Prediction prediction;

  /**
   * @param name begins messages
   * @param classes number that the network takes for no class; 0 for one without labels
   * @param prediction of the network
   */
  NetworkImageModel(
      String name, ForwardPrograms programs, int size, int classes, Prediction prediction) {
    this.name = name;
    this.programs = programs;
    this.size = size;
    this.classes = classes;
    this.prediction = prediction;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void noise(double[] x, Node node, int[] labels, double[] noise) {
    for (Buckets.Slice slice : ForwardPrograms.BATCHES.cut(labels.length)) {
      predict(x, node, labels, noise, slice);
    }
    prediction.toNoise(x, node, noise);
  }

  private void predict(double[] x, Node node, int[] labels, double[] values, Buckets.Slice slice) {
    int rows = slice.bucket();
    int from = slice.from() * size;
    float[] images = new float[rows * size];
    for (int i = 0; i < slice.count() * size; i++) {
      images[i] = (float) x[from + i];
    }
    float[] times = new float[rows];
    Arrays.fill(times, ImageModel.networkTime(node));
    Program program = programs.of(rows);
    program.set("x", images).set("time", times);
    if (classes > 0) {
      int[] own = new int[rows];
      for (int i = 0; i < slice.count(); i++) {
        int label = labels[slice.from() + i];
        own[i] = label == NO_LABEL ? classes : label;
      }
      program.set("label", own);
    }
    program.run();
    float[] predicted = program.floats("prediction");
    for (int i = 0; i < slice.count() * size; i++) {
      values[from + i] = predicted[i];
    }
  }

  @Override
  public void close() {
    programs.close();
  }
}
