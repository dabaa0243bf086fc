package io.accelerant.core.lm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What a masked network is trained on: the cross entropy in nats of masked positions of the answer,
 * given positions never being masked. MASK is not predicted: its logit takes no part, as in
 * decoders. A record is a {@link PromptRecord}.
 *
 * <p>{@link AnswerReduction#MEAN} masks every open position with probability t, t ~ U[0, 1) spread
 * evenly over the union batch, and at least one; the loss of a row is the mean over those
 * (training-methods.md 9). {@link AnswerReduction#SUM} masks m of n open positions, m uniform in 1
 * .. n, and weighs each by n / m: in expectation the bound on {@code -log p(answer | prompt)} that
 * weights of 1 / t give, with t integrated out.
 *
 * @param vocabulary which tokens may come
 * @param lengths of rows for which programs are built
 * @param microBatch rows of one program
 * @param answer positions of the longest answer
 */
public record MaskedAnswerLoss(
    TokenNetwork network,
    MaskedVocabulary vocabulary,
    Buckets lengths,
    int microBatch,
    AnswerReduction reduction,
    int answer)
    implements Loss {
  private static final long TIME = RandomStream.purpose("answer.time");
  private static final long MASKS = RandomStream.purpose("answer.masks");

  /** Of rows of up to so many tokens, all of which may be the answer; MASK is the last token. */
  public static MaskedAnswerLoss of(
      TokenNetwork network, int longest, int microBatch, AnswerReduction reduction) {
    return new MaskedAnswerLoss(
        network,
        MaskedVocabulary.of(network),
        Buckets.upTo(longest),
        microBatch,
        reduction,
        longest);
  }

  /** Of a network of these tokens. */
  public MaskedAnswerLoss withVocabulary(MaskedVocabulary wanted) {
    return new MaskedAnswerLoss(network, wanted, lengths, microBatch, reduction, answer);
  }

  /** Of answers of up to so many positions. */
  public MaskedAnswerLoss withAnswer(int longest) {
    return new MaskedAnswerLoss(network, vocabulary, lengths, microBatch, reduction, longest);
  }

  private Targets targets() {
    return new Targets(network.vocabulary(), answer);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>(targets().config());
    config.putAll(vocabulary.config());
    return config;
  }

  @Override
  public BatchShape shape() {
    return BatchShape.padded(microBatch, lengths.largest());
  }

  @Override
  public BatchShape shape(byte[] record) {
    return BatchShape.padded(microBatch, lengths.fit(PromptRecord.length(record)));
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Value logits = targets().of(scopes.graph(), network.logits(scopes.of(NETWORK), shape), shape);
    scopes.crossEntropy(vocabulary.of(scopes.graph(), logits));
  }

  @Override
  public void set(Program program, Batch batch) {
    BatchShape shape = shape(batch.records().get(0));
    int length = shape.length();
    Targets.Places places = targets().in(shape);
    int[] tokens = new int[microBatch * length];
    int[] targets = new int[places.count()];
    double[] weights = new double[places.count()];
    float[] padding = new float[microBatch * length];
    for (int i = 0; i < batch.size(); i++) {
      PromptRecord row = PromptRecord.of(batch.records().get(i));
      System.arraycopy(row.ids(), 0, tokens, i * length, row.ids().length);
      Arrays.fill(padding, i * length + row.ids().length, (i + 1) * length, 1);
      int[] masked = masked(batch, i, row.open());
      for (int position : masked) {
        int at = places.take(i, position);
        targets[at] = tokens[i * length + position];
        tokens[i * length + position] = vocabulary.mask();
        weights[at] =
            (reduction == AnswerReduction.MEAN ? 1.0 : row.open().length)
                / masked.length
                / batch.union();
      }
    }
    places.set(program);
    program
        .set("tokens", tokens)
        .set("padding", padding)
        .set("targets", targets)
        .set("weights", weights);
  }

  /** Which of the open positions are masked in this round. */
  int[] masked(Batch batch, int example, int[] open) {
    double t = batch.stratified(example, TIME);
    RandomStream stream = batch.stream(example, MASKS);
    if (reduction == AnswerReduction.SUM) {
      return some(open, 1 + (int) (t * open.length), stream);
    }
    int[] masked = Arrays.stream(open).filter(position -> stream.nextDouble() < t).toArray();
    return masked.length > 0 ? masked : some(open, 1, stream);
  }

  /** So many of them, drawn without replacement. */
  private static int[] some(int[] open, int count, RandomStream stream) {
    int[] order = open.clone();
    int drawn = Math.min(count, order.length);
    for (int i = 0; i < drawn; i++) {
      int j = i + stream.nextInt(order.length - i);
      int chosen = order[j];
      order[j] = order[i];
      order[i] = chosen;
    }
    return Arrays.copyOf(order, drawn);
  }
}
