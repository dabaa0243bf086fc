package io.accelerant.core.lm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;

/**
 * What a causal network is trained on: {@code -log p(next token)} in nats over the tokens of the
 * answer, its end with them, reduced to one number for each example and averaged over the examples
 * of the union batch. Tokens of the prompt are read and not predicted, nor is the first token of a
 * row. A record is a {@link PromptRecord}; what is behind a text is not seen by it, so that filling
 * up to a bucket needs no mask.
 *
 * @param lengths for which programs are built, of what is read: one less than of rows
 * @param microBatch rows of one program
 */
public record AnswerLoss(
    TokenNetwork network, Buckets lengths, int microBatch, AnswerReduction reduction)
    implements Loss {

  /** Of rows of up to so many tokens. */
  public static AnswerLoss of(
      TokenNetwork network, int longest, int microBatch, AnswerReduction reduction) {
    return new AnswerLoss(network, Buckets.upTo(Math.max(1, longest - 1)), microBatch, reduction);
  }

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch, lengths.largest());
  }

  @Override
  public BatchShape shape(byte[] record) {
    return BatchShape.of(microBatch, lengths.fit(Math.max(1, PromptRecord.length(record) - 1)));
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    scopes.crossEntropy(network.logits(scopes.of(NETWORK), shape));
  }

  @Override
  public void set(Program program, Batch batch) {
    Inputs inputs = inputs(batch, 1.0 / batch.union());
    program
        .set("tokens", inputs.tokens())
        .set("targets", inputs.targets())
        .set("weights", inputs.weights());
  }

  /**
   * A micro-batch as a program reads it, each {@code [batch * length]}.
   *
   * @param weights of targets; 0 where nothing is predicted
   */
  record Inputs(int[] tokens, int[] targets, double[] weights) {}

  /**
   * @param whole weight of a row, shared out over its tokens if they are averaged
   */
  Inputs inputs(Batch batch, double whole) {
    int length = shape(batch.records().get(0)).length();
    int[] tokens = new int[microBatch * length];
    int[] targets = new int[microBatch * length];
    double[] weights = new double[microBatch * length];
    for (int i = 0; i < batch.size(); i++) {
      PromptRecord row = PromptRecord.of(batch.records().get(i));
      int[] predicted = predicted(row);
      System.arraycopy(row.ids(), 0, tokens, i * length, row.ids().length - 1);
      for (int position : predicted) {
        int at = i * length + position - 1;
        targets[at] = row.ids()[position];
        weights[at] = whole / (reduction == AnswerReduction.MEAN ? predicted.length : 1);
      }
    }
    return new Inputs(tokens, targets, weights);
  }

  /** Positions whose tokens count: those of the answer, but for one at the start of the row. */
  static int[] predicted(PromptRecord row) {
    return Arrays.stream(row.open()).filter(position -> position > 0).toArray();
  }
}
