package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.RotationTable;
import io.accelerant.core.engine.Value;
import io.accelerant.core.error.DataException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Rotary positions, eq. 34 of Su et al., "RoFormer" (2021): pair i of n turns by {@code position *
 * base^(-i/n)}, perhaps slowed down for rows longer than those of the training.
 *
 * @param factor by which slow frequencies are divided
 * @param low of LLAMA3: frequencies of fewer turns in the original length are divided
 * @param high of LLAMA3: those of more turns are kept, those between are blended
 * @param original of LLAMA3: length of rows in the training
 */
public record Rotary(
    double base, Scaling scaling, double factor, double low, double high, int original)
    implements Serializable {
  static final String BASE = "rope_theta";
  static final String SCALING = "rope_scaling";

  /** Where newer files of transformers have both. */
  static final String PARAMETERS = "rope_parameters";

  private static final String KIND = "rope_type";
  private static final String OLD_KIND = "type";

  /** How frequencies are changed. */
  public enum Scaling implements Named {
    DEFAULT,
    /** All are divided by the factor (Chen et al., "Position Interpolation", 2023). */
    LINEAR,
    /** By their wave length, as in Llama 3.1. */
    LLAMA3
  }

  public Rotary {
    if (!(base > 1) || !(factor > 0) || (scaling == Scaling.LLAMA3 && !(high > low))) {
      throw new IllegalArgumentException(
          "rotary positions need a base above 1, a factor above 0, and high above low");
    }
  }

  /** Not scaled. */
  public static Rotary of(double base) {
    return new Rotary(base, Scaling.DEFAULT, 1, 0, 0, 0);
  }

  /** Angles at position 1 of so many pairs. */
  double[] frequencies(int n) {
    double[] frequencies = new double[n];
    for (int i = 0; i < n; i++) {
      frequencies[i] = scaled(StrictMath.pow(base, -(double) i / n));
    }
    return frequencies;
  }

  private double scaled(double frequency) {
    return switch (scaling) {
      case DEFAULT -> frequency;
      case LINEAR -> frequency / factor;
      case LLAMA3 -> {
        double turns = original * frequency / (2 * StrictMath.PI);
        double kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
        yield (1 - kept) * frequency / factor + kept * frequency;
      }
    };
  }

  /** For reading token by token. */
  RotationTable table(int d) {
    return new RotationTable(frequencies(d / 2));
  }

  /** For rows of a length, on a graph. */
  Turn turn(Graph g, int length, int d) {
    return new Turn(
        g, circle(g, length, d / 2, StrictMath::cos), circle(g, length, d / 2, StrictMath::sin));
  }

  private Value circle(Graph g, int length, int half, DoubleUnaryOperator function) {
    double[] frequencies = frequencies(half);
    double[] table = new double[length * half];
    for (int i = 0; i < table.length; i++) {
      table[i] = function.applyAsDouble(i / half * frequencies[i % half]);
    }
    return g.constant(table, 1, 1, length, half);
  }

  /** Cosines and sines {@code [1, 1, length, d / 2]}, the same for all layers. */
  record Turn(Graph graph, Value cos, Value sin) {
    /**
     * The pair (x_i, x_{i+d/2}) as a complex number, times {@code e^(i angle)}. Halves are paired
     * as in GPT-NeoX and Llama, not neighbours.
     *
     * @param x {@code [batch, heads, length, d]}, d even
     */
    Value apply(Value x) {
      List<Value> parts = x.split(3, 2);
      Value re = parts.get(0);
      Value im = parts.get(1);
      return graph.concat(3, re.mul(cos).sub(im.mul(sin)), im.mul(cos).add(re.mul(sin)));
    }
  }

  /** Puts it as the configurations of Hugging Face have it. */
  void write(Map<String, Object> config) {
    config.put(BASE, base);
    if (scaling == Scaling.DEFAULT) {
      return;
    }
    Map<String, Object> scaled = new LinkedHashMap<>();
    scaled.put(KIND, scaling.label());
    scaled.put("factor", factor);
    if (scaling == Scaling.LLAMA3) {
      scaled.put("low_freq_factor", low);
      scaled.put("high_freq_factor", high);
      scaled.put("original_max_position_embeddings", original);
    }
    config.put(SCALING, scaled);
  }

  /**
   * @param otherwise base where none is given
   * @throws DataException if frequencies are scaled in a way that is not known here
   */
  static Rotary of(ConfigFile config, double otherwise) {
    String key = config.json().has(PARAMETERS) ? PARAMETERS : SCALING;
    double base = config.number(BASE, otherwise);
    if (!config.json().has(key)) {
      return of(base);
    }
    ConfigFile scaled = config.inner(key);
    base = scaled.number(BASE, base);
    String kind = scaled.json().has(KIND) ? KIND : OLD_KIND;
    Scaling scaling =
        scaled.json().has(kind) ? scaled.named(kind, Scaling.values()) : Scaling.DEFAULT;
    return switch (scaling) {
      case DEFAULT -> of(base);
      case LINEAR -> new Rotary(base, scaling, scaled.json().number("factor"), 0, 0, 0);
      case LLAMA3 ->
          new Rotary(
              base,
              scaling,
              scaled.json().number("factor"),
              scaled.json().number("low_freq_factor"),
              scaled.json().number("high_freq_factor"),
              scaled.size("original_max_position_embeddings"));
    };
  }
}
