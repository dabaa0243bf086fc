package io.accelerant.distill.model.onnx;

import io.accelerant.core.error.DataException;
import io.accelerant.core.onnx.OnnxInput;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxOutput;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A model of text as a function: token ids and a time to [batch][length][columns]. */
final class TextNetwork implements AutoCloseable {
  private final OnnxModel model;
  private final TextInterface face;
  private final int length;

  TextNetwork(OnnxModel model, TextInterface face, int length) {
    this.model = model;
    this.face = face;
    this.length = length;
  }

  OnnxModel model() {
    return model;
  }

  /**
   * Evaluates a batch. A model whose batch is fixed gets it in pieces, the last one filled up with
   * copies of its first sequence.
   *
   * @param ids [batch][length]
   * @param time what the time input is given; not read by a model without one
   * @return [batch][length][columns]
   */
  float[] predict(int[] ids, int batch, double time) {
    int piece = face.batch() > 0 ? face.batch() : batch;
    float[] all = new float[0];
    for (int from = 0; from < batch; from += piece) {
      int used = Math.min(piece, batch - from);
      int[] own = Arrays.copyOfRange(ids, from * length, (from + piece) * length);
      for (int row = used; row < piece; row++) {
        System.arraycopy(own, 0, own, row * length, length);
      }
      float[] values = call(own, piece, time);
      if (used == batch && piece == batch) {
        return values;
      }
      int width = values.length / piece;
      if (from == 0) {
        all = new float[batch * width];
      }
      System.arraycopy(values, 0, all, from * width, used * width);
    }
    return all;
  }

  private float[] call(int[] ids, int batch, double time) {
    List<OnnxInput> inputs = new ArrayList<>();
    inputs.add(new OnnxInput.Integers(face.tokens(), ids, batch, length));
    if (face.timed()) {
      inputs.add(time(batch, time));
    }
    for (String name : face.ones()) {
      int[] ones = new int[ids.length];
      Arrays.fill(ones, 1);
      inputs.add(new OnnxInput.Integers(name, ones, batch, length));
    }
    for (String name : face.zeros()) {
      inputs.add(new OnnxInput.Integers(name, new int[ids.length], batch, length));
    }
    OnnxOutput output = model.run(inputs, face.output());
    long[] shape = output.shape();
    if (shape.length != 3 || shape[0] != batch || shape[1] != length || shape[2] < 2) {
      throw new DataException(
          Text.of(
              "The model %s gives %s = %s for tokens [%d, %d], expected [%d, %d, V or V + 1].",
              model.uri(), face.output(), Arrays.toString(shape), batch, length, batch, length));
    }
    return output.values();
  }

  private OnnxInput time(int batch, double time) {
    double[] times = new double[face.oneTime() ? 1 : batch];
    Arrays.fill(times, time);
    long[] shape =
        switch (face.timeRank()) {
          case 0 -> new long[0];
          case 1 -> new long[] {times.length};
          default -> new long[] {times.length, 1};
        };
    return new OnnxInput.Reals(face.time(), times, shape);
  }

  @Override
  public void close() {
    model.close();
  }
}
