package io.accelerant.core.lm;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;
import java.util.Map;

/**
 * {@link AnswerLoss} by {@link AnswerReduction#MEAN}, with the loss of every row beside their mean.
 * Outputs: {@code losses [batch]}, nats a token of each answer, 0 of a row that predicts nothing;
 * {@code loss}, their mean over the union batch.
 *
 * @param answers how rows are read
 */
public record RowLoss(AnswerLoss answers) implements Loss {
  /** Output {@code [batch]}, and items of {@link #training}. */
  public static final String LOSSES = "losses";

  /**
   * @throws IllegalArgumentException if tokens of an answer are not averaged
   */
  public RowLoss {
    if (answers.reduction() != AnswerReduction.MEAN) {
      throw new IllegalArgumentException("the loss of a row is the mean over its tokens");
    }
  }

  /** Of rows of up to so many tokens. */
  public static RowLoss of(TokenNetwork network, int longest, int microBatch) {
    return new RowLoss(AnswerLoss.of(network, longest, microBatch, AnswerReduction.MEAN));
  }

  /** Of answers of up to so many tokens, their ends with them. */
  public RowLoss withAnswer(int longest) {
    return new RowLoss(answers.withAnswer(longest));
  }

  @Override
  public Map<String, Object> config() {
    return answers.config();
  }

  /**
   * Loss and gradient over a worker's batch, the losses of its rows among the items.
   *
   * @param objective a row loss, perhaps with adapters in its network
   */
  public static GradientStep training(Objective objective) {
    return new GradientStep(objective).withRows(LOSSES);
  }

  @Override
  public TokenNetwork network() {
    return answers.network();
  }

  @Override
  public BatchShape shape() {
    return answers.shape();
  }

  @Override
  public BatchShape shape(byte[] record) {
    return answers.shape(record);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Graph graph = scopes.graph();
    Value logits = answers.logits(scopes, shape);
    Value targets = graph.indices("targets", shape.batch(), logits.size(1));
    Value parts = graph.input("parts", shape.batch(), logits.size(1));
    Value losses = graph.negativeLogLikelihood(logits, targets).mul(parts).sum(false, 1);
    graph.output(LOSSES, losses);
    graph.output("loss", losses.mul(graph.input("weights", shape.batch())).sum());
  }

  @Override
  public void set(Program program, Batch batch) {
    answers.set(program, batch, 1, "parts");
    double[] weights = new double[answers.microBatch()];
    Arrays.fill(weights, 0, batch.size(), 1.0 / batch.union());
    program.set("weights", weights);
  }
}
