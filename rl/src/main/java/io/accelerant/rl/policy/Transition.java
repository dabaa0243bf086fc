package io.accelerant.rl.policy;

import io.accelerant.core.train.Batch;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A transition as a record of float32: standardised observation, action, reward, whether the
 * episode continues (1 or 0), next observation.
 *
 * @param observation numbers of an observation
 * @param action numbers of an action
 */
record Transition(int observation, int action) implements Serializable {
  static Transition of(OfflineData data) {
    return new Transition(data.observationSize(), data.actionSize());
  }

  byte[] pack(OfflineData data, Normaliser normaliser, int row) {
    byte[] record = new byte[Float.BYTES * (2 * observation + action + 2)];
    FloatBuffer numbers = ByteBuffer.wrap(record).asFloatBuffer();
    for (int k = 0; k < observation; k++) {
      numbers.put((float) normaliser.apply(data.observations()[row * observation + k], k));
    }
    numbers.put(data.actions(), row * action, action);
    numbers.put(data.rewards()[row]).put(1 - data.terminals()[row]);
    for (int k = 0; k < observation; k++) {
      numbers.put((float) normaliser.apply(data.nextObservations()[row * observation + k], k));
    }
    return record;
  }

  /** {@code [batch * observation]}. */
  float[] observations(Batch batch) {
    return column(batch, 0, observation);
  }

  /** {@code [batch * action]}. */
  float[] actions(Batch batch) {
    return column(batch, observation, action);
  }

  /** {@code [batch]}. */
  float[] rewards(Batch batch) {
    return column(batch, observation + action, 1);
  }

  /** {@code [batch]}. */
  float[] continues(Batch batch) {
    return column(batch, observation + action + 1, 1);
  }

  /** {@code [batch * observation]}. */
  float[] nextObservations(Batch batch) {
    return column(batch, observation + action + 2, observation);
  }

  private static float[] column(Batch batch, int from, int width) {
    float[] column = new float[batch.size() * width];
    for (int b = 0; b < batch.size(); b++) {
      ByteBuffer.wrap(batch.records().get(b)).asFloatBuffer().get(from, column, b * width, width);
    }
    return column;
  }
}
