package io.accelerant.core.hub;

import io.accelerant.core.safetensors.SafetensorsFile;
import java.util.function.DoubleUnaryOperator;

/**
 * GPTNeoXForCausalLM of transformers written out in plain Java for one row, by its names: all of a
 * head is rotated, attention comes before the feed-forward network, the output matrix is the
 * embedding table.
 */
record NeoXReference(SafetensorsFile file, int layers, int heads, double epsilon) {
  double[][] logits(int... tokens) {
    double[][] table = matrix("gpt_neox.embed_in.weight");
    double[][] x = new double[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      x[i] = table[tokens[i]].clone();
    }
    for (int layer = 0; layer < layers; layer++) {
      String name = "gpt_neox.layers." + layer + ".";
      add(x, attention(name + "attention.", norm(name + "input_layernorm", x)));
      double[][] h = norm(name + "post_attention_layernorm", x);
      double[][] wide = linear(name + "mlp.dense_h_to_4h", h);
      add(x, linear(name + "mlp.dense_4h_to_h", each(wide, NeoXReference::gelu)));
    }
    return product(norm("gpt_neox.final_layer_norm", x), table);
  }

  private double[][] attention(String name, double[][] x) {
    double[][] qkv = linear(name + "query_key_value", x);
    int d = x[0].length / heads;
    double[][] mixed = new double[x.length][x[0].length];
    for (int head = 0; head < heads; head++) {
      int at = head * 3 * d;
      for (int i = 0; i < x.length; i++) {
        double[] query = rotated(qkv[i], at, d, i);
        double[] weights = new double[i + 1];
        double sum = 0;
        for (int j = 0; j <= i; j++) {
          double score = dot(query, rotated(qkv[j], at + d, d, j)) / Math.sqrt(d);
          weights[j] = Math.exp(score);
          sum += weights[j];
        }
        for (int j = 0; j <= i; j++) {
          for (int c = 0; c < d; c++) {
            mixed[i][head * d + c] += weights[j] / sum * qkv[j][at + 2 * d + c];
          }
        }
      }
    }
    return linear(name + "dense", mixed);
  }

  /** {@code x cos + rotate_half(x) sin}. */
  private static double[] rotated(double[] row, int at, int d, int position) {
    double[] rotated = new double[d];
    for (int c = 0; c < d; c++) {
      double angle = position * Math.pow(10_000, -2.0 * (c % (d / 2)) / d);
      double other = c < d / 2 ? -row[at + c + d / 2] : row[at + c - d / 2];
      rotated[c] = row[at + c] * Math.cos(angle) + other * Math.sin(angle);
    }
    return rotated;
  }

  private static double gelu(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private double[][] norm(String name, double[][] x) {
    double[] gain = file.tensor(name + ".weight").toDoubles();
    double[] bias = file.tensor(name + ".bias").toDoubles();
    double[][] out = new double[x.length][gain.length];
    for (int i = 0; i < x.length; i++) {
      double mean = 0;
      for (double v : x[i]) {
        mean += v / gain.length;
      }
      double variance = 0;
      for (double v : x[i]) {
        variance += (v - mean) * (v - mean) / gain.length;
      }
      for (int c = 0; c < gain.length; c++) {
        out[i][c] = (x[i][c] - mean) / Math.sqrt(variance + epsilon) * gain[c] + bias[c];
      }
    }
    return out;
  }

  private double[][] linear(String name, double[][] x) {
    double[][] out = product(x, matrix(name + ".weight"));
    double[] bias = file.tensor(name + ".bias").toDoubles();
    for (double[] row : out) {
      for (int c = 0; c < bias.length; c++) {
        row[c] += bias[c];
      }
    }
    return out;
  }

  /** {@code x w^T}. */
  private static double[][] product(double[][] x, double[][] w) {
    double[][] out = new double[x.length][w.length];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < w.length; o++) {
        out[i][o] = dot(x[i], w[o]);
      }
    }
    return out;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[][] each(double[][] x, DoubleUnaryOperator function) {
    double[][] out = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int c = 0; c < x[i].length; c++) {
        out[i][c] = function.applyAsDouble(x[i][c]);
      }
    }
    return out;
  }

  private static void add(double[][] to, double[][] x) {
    for (int i = 0; i < to.length; i++) {
      for (int c = 0; c < to[i].length; c++) {
        to[i][c] += x[i][c];
      }
    }
  }

  private double[][] matrix(String name) {
    long[] shape = file.shape(name);
    double[] numbers = file.tensor(name).toDoubles();
    double[][] rows = new double[(int) shape[0]][(int) shape[1]];
    for (int i = 0; i < numbers.length; i++) {
      rows[i / (int) shape[1]][i % (int) shape[1]] = numbers[i];
    }
    return rows;
  }
}
