package io.accelerant.selection.classifier;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;

/** Mean cross entropy of the labels. A record is the pixels of an image, then its label. */
record ClassifierLoss(Recipe recipe) implements Loss {
  @Override
  public MlpClassifier network() {
    return recipe.network();
  }

  @Override
  public BatchShape shape() {
    return BatchShape.of(recipe.batch());
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    scopes.crossEntropy(network().logits(scopes.of(NETWORK), shape));
  }

  /** A batch that is not full is filled up with its last image, of weight zero. */
  @Override
  public void set(Program program, Batch batch) {
    int size = shape().batch();
    int width = network().mlp().in();
    float[] numbers = recipe.pixels();
    float[] x = new float[size * width];
    int[] targets = new int[size];
    float[] weights = new float[size];
    for (int b = 0; b < size; b++) {
      byte[] record = batch.records().get(Math.min(b, batch.size() - 1));
      for (int i = 0; i < width; i++) {
        x[b * width + i] = numbers[record[i] & 0xff];
      }
      targets[b] = record[width] & 0xff;
      weights[b] = b < batch.size() ? 1f / batch.union() : 0;
    }
    program.set("x", x).set("targets", targets).set("weights", weights);
  }
}
