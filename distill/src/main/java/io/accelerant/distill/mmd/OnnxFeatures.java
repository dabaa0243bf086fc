package io.accelerant.distill.mmd;

import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.onnx.OnnxInput;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxOutput;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.core.onnx.OnnxSettings;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;

/**
 * A user's network of features: one input {@code [batch, channels, height, width]}, pixels in 0..1;
 * its first output, {@code [batch, ..]}, is flattened. It measures only, since ONNX Runtime gives
 * no gradients.
 */
final class OnnxFeatures implements AutoCloseable {
  private static final int BATCH = 64;

  private final OnnxModel model;
  private final OnnxPort input;
  private final String output;
  private final int channels;
  private final int side;

  /**
   * @throws io.accelerant.core.error.ConfigException if it does not take such images
   */
  OnnxFeatures(OnnxFile file, int channels, int side) {
    this.model = file.open(OnnxSettings.cpu());
    List<OnnxPort> inputs = model.signature().inputs();
    this.input = inputs.get(0);
    this.output = model.signature().outputs().get(0).name();
    this.channels = channels;
    this.side = side;
    if (inputs.size() != 1 || !input.accepts(batch(), channels, side, side)) {
      model.close();
      throw model.mismatch(
          Text.of("must have one input [batch, %d, %d, %d] to be mmd.onnx", channels, side, side));
    }
  }

  /** A file may fix it. */
  private int batch() {
    return input.rank() > 0 && input.size(0) > 0 ? Math.toIntExact(input.size(0)) : BATCH;
  }

  /**
   * @param images [n][pixels] in 0..1
   */
  float[][] features(float[][] images) {
    int batch = batch();
    int pixels = channels * side * side;
    float[][] rows = new float[images.length][];
    for (int from = 0; from < images.length; from += batch) {
      double[] x = new double[batch * pixels];
      int count = Math.min(batch, images.length - from);
      for (int i = 0; i < count * pixels; i++) {
        x[i] = images[from + i / pixels][i % pixels];
      }
      OnnxOutput found =
          model.run(
              List.of(new OnnxInput.Reals(input.name(), x, batch, channels, side, side)), output);
      int width = found.values().length / batch;
      for (int b = 0; b < count; b++) {
        rows[from + b] = Arrays.copyOfRange(found.values(), b * width, (b + 1) * width);
      }
    }
    return rows;
  }

  @Override
  public void close() {
    model.close();
  }
}
