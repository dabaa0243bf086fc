package io.accelerant.core.lm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;
import java.util.Map;

/**
 * What a causal network is trained on: {@code -log p(next token)} in nats over the tokens of the
 * answer, its end with them, reduced to one number for each example and averaged over the examples
 * of the union batch. Tokens of the prompt are read and not predicted, nor is the first token of a
 * row. A record is a {@link PromptRecord}; what is behind a text is not seen by it, so that filling
 * up to a bucket needs no mask.
 *
 * @param lengths for which programs are built, of what is read: one less than of rows
 * @param microBatch rows of one program
 * @param answer tokens of the longest answer, its end with them
 */
public record AnswerLoss(
    TokenNetwork network, Buckets lengths, int microBatch, AnswerReduction reduction, int answer)
    implements Loss {

  /** Of rows of up to so many tokens, all of which may be the answer. */
  public static AnswerLoss of(
      TokenNetwork network, int longest, int microBatch, AnswerReduction reduction) {
    int read = Math.max(1, longest - 1);
    return new AnswerLoss(network, Buckets.upTo(read), microBatch, reduction, read);
  }

  /** Of answers of up to so many tokens, their ends with them. */
  public AnswerLoss withAnswer(int longest) {
    return new AnswerLoss(network, lengths, microBatch, reduction, longest);
  }

  private Targets targets() {
    return new Targets(network.vocabulary(), answer);
  }

  @Override
  public Map<String, Object> config() {
    return targets().config();
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
    scopes.crossEntropy(logits(scopes, shape));
  }

  /** Of the {@link Targets}. */
  Value logits(Scopes scopes, BatchShape shape) {
    return targets().of(scopes.graph(), network.logits(scopes.of(NETWORK), shape), shape);
  }

  @Override
  public void set(Program program, Batch batch) {
    set(program, batch, 1.0 / batch.union(), "weights");
  }

  /**
   * Sets {@code tokens}, {@code targets} and the weights of targets, 0 where nothing is predicted.
   *
   * @param whole weight of a row, shared out over its tokens if they are averaged
   * @param name of the input of weights
   */
  void set(Program program, Batch batch, double whole, String name) {
    BatchShape shape = shape(batch.records().get(0));
    int length = shape.length();
    Targets.Places places = targets().in(shape);
    int[] tokens = new int[microBatch * length];
    int[] targets = new int[places.count()];
    double[] weights = new double[places.count()];
    for (int i = 0; i < batch.size(); i++) {
      PromptRecord row = PromptRecord.of(batch.records().get(i));
      int[] predicted = predicted(row);
      System.arraycopy(row.ids(), 0, tokens, i * length, row.ids().length - 1);
      for (int position : predicted) {
        int at = places.take(i, position - 1);
        targets[at] = row.ids()[position];
        weights[at] = whole / (reduction == AnswerReduction.MEAN ? predicted.length : 1);
      }
    }
    places.set(program);
    program.set("tokens", tokens).set("targets", targets).set(name, weights);
  }

  /** Positions whose tokens count: those of the answer, but for one at the start of the row. */
  static int[] predicted(PromptRecord row) {
    return Arrays.stream(row.open()).filter(position -> position > 0).toArray();
  }
}
