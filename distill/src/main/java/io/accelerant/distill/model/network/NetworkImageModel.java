package io.accelerant.distill.model.network;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Node;
import java.util.Arrays;

/**
 * A patch transformer of the engine as a prediction of the noise: float32 inside, float64 outside.
 * A batch is cut into programs of few sizes from its start on, so that the neighbours of a row, and
 * with them its bits, follow from the batch alone.
 */
final class NetworkImageModel implements ContinuousModel {
  private final String name;
  private final ForwardPrograms programs;
  private final int size;
  private final int classes;

  /**
   * @param name begins messages
   * @param classes number that the network takes for no class; 0 for one without labels
   */
  NetworkImageModel(String name, ForwardPrograms programs, int size, int classes) {
    this.name = name;
    this.programs = programs;
    this.size = size;
    this.classes = classes;
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
      noise(x, node, labels, noise, slice);
    }
  }

  private void noise(double[] x, Node node, int[] labels, double[] noise, Buckets.Slice slice) {
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
    float[] prediction = program.floats("prediction");
    for (int i = 0; i < slice.count() * size; i++) {
      noise[from + i] = prediction[i];
    }
  }

  @Override
  public void close() {
    programs.close();
  }
}
