package io.accelerant.core.lm;

import io.accelerant.core.error.ConfigException;
import java.io.Serializable;

/**
 * How the law of a model becomes the law that is drawn from, in this order: logits are divided by
 * the temperature; the topK largest stay; of these, renormalised, the fewest largest stay whose
 * probabilities reach topP. Equal logits are taken in the order of their ids.
 *
 * @param temperature 0 for the most probable token, whatever the rest says
 * @param topK 0 for all
 * @param topP in (0, 1]
 */
public record Warp(double temperature, int topK, double topP) implements Serializable {
  /** Draws from the law of the model itself. */
  public static final Warp NONE = new Warp(1, 0, 1);

  /** Always the most probable token. */
  public static final Warp GREEDY = new Warp(0, 0, 1);

  /**
   * @throws ConfigException if a number is outside its range
   */
  public Warp {
    if (!(temperature >= 0) || temperature == Double.POSITIVE_INFINITY) {
      throw new ConfigException("temperature must be 0 or more, is " + temperature);
    }
    if (topK < 0) {
      throw new ConfigException("topK must be 0 (all) or more, is " + topK);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new ConfigException("topP must be above 0 and at most 1, is " + topP);
    }
  }

  public boolean isGreedy() {
    return temperature == 0;
  }

  public Warp withTemperature(double value) {
    return new Warp(value, topK, topP);
  }

  public Warp withTopK(int value) {
    return new Warp(temperature, value, topP);
  }

  public Warp withTopP(double value) {
    return new Warp(temperature, topK, value);
  }
}
