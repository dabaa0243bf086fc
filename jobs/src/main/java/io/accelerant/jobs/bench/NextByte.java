package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;

/** Prediction of bytes on random bytes: the cost of a real step, not a use of it. */
record NextByte(Transformer network, int microBatch, int length) implements Loss {
  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch, length);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    scopes.crossEntropy(network.logits(scopes.of(NETWORK), shape));
  }

  @Override
  public void set(Program program, Batch batch) {
    int[] tokens = new int[microBatch * length];
    float[] weights = new float[tokens.length];
    Arrays.fill(weights, 1f / (length * batch.union()));
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = batch.records().get(i / length)[i % length] & 0xff;
    }
    program.set("tokens", tokens).set("targets", tokens).set("weights", weights);
  }
}
