package io.accelerant.rl.policy;

import io.accelerant.core.nn.Mlp;
import io.accelerant.core.random.RandomStream;

/** Flat parameter arrays. */
final class Parameters {
  private Parameters() {}

  /** The start of one network of several. */
  static float[] initial(Mlp network, long seed, String role) {
    double[] numbers = network.initial(RandomStream.mix(seed) ^ RandomStream.purpose(role));
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** One array after the other. */
  static float[] concat(float[]... parts) {
    int length = 0;
    for (float[] part : parts) {
      length += part.length;
    }
    float[] all = new float[length];
    int offset = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, offset, part.length);
      offset += part.length;
    }
    return all;
  }
}
