package io.accelerant.core.lm;

import io.accelerant.core.lm.tokenizer.SentenceTokenizer;
import io.accelerant.core.onnx.OnnxInput;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxOutput;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What texts mean, as unit vectors: the mean over tokens of the last states of an encoder such as
 * MiniLM. Texts are read one at a time, since a quantised encoder measures its activations over
 * whatever it is given together.
 */
public final class SentenceEncoder implements AutoCloseable {
  private static final String TOKENS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";

  private final OnnxModel model;
  private final SentenceTokenizer tokenizer;
  private final List<String> inputs;
  private final String output;

  /**
   * @param model closed with this: inputs {@code input_ids}, {@code attention_mask} and {@code
   *     token_type_ids}, as far as it has them; its first output {@code [batch, length, width]}
   * @throws io.accelerant.core.error.ConfigException if it has another input, or no such output
   */
  public SentenceEncoder(OnnxModel model, SentenceTokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.inputs = model.signature().inputs().stream().map(OnnxPort::name).toList();
    OnnxPort first = model.signature().outputs().get(0);
    this.output = first.name();
    if (!inputs.contains(TOKENS)
        || !List.of(TOKENS, MASK, TYPES).containsAll(inputs)
        || first.rank() != 3) {
      model.close();
      throw model.mismatch(
          Text.of(
              "must have the inputs %s, %s, %s and give [batch, length, width] to be an encoder of"
                  + " sentences",
              TOKENS, MASK, TYPES));
    }
  }

  /** A vector of length 1. */
  public float[] encode(String text) {
    int[] tokens = tokenizer.encode(text);
    List<OnnxInput> given = new ArrayList<>();
    for (String name : inputs) {
      int[] values = new int[tokens.length];
      Arrays.fill(values, name.equals(MASK) ? 1 : 0);
      given.add(
          new OnnxInput.Integers(name, name.equals(TOKENS) ? tokens : values, 1, tokens.length));
    }
    OnnxOutput states = model.run(given, output);
    int width = states.values().length / tokens.length;
    double[] sum = new double[width];
    for (int i = 0; i < states.values().length; i++) {
      sum[i % width] += states.values()[i];
    }
    double norm = Math.sqrt(Arrays.stream(sum).map(x -> x * x).sum());
    float[] unit = new float[width];
    for (int i = 0; i < width; i++) {
      unit[i] = (float) (sum[i] / norm);
    }
    return unit;
  }

  @Override
  public void close() {
    model.close();
  }
}
