package io.accelerant.distill.certainty;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.Targets;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link ForcingLoss} on a graph: the sum over the views of a row, the mean over rows (dparallel.md
 * 5). Every row and view has its own |A| and |K|. MASK takes no part, as in decoders. A record is
 * an {@link IdRecord}.
 *
 * <p>Outputs beside {@code loss}, means over rows: {@code crossEntropy} and {@code entropy}, the
 * sums over views of CE and ENT; {@code kept}, the mean over views of |K| / |A|.
 *
 * @param vocabulary which tokens may come
 * @param lengths of rows for which programs are built
 * @param microBatch rows of one program, each of as many views as the masking has
 * @param beta weight of ENT; an input of the graph, so that arms share a program
 * @param rise rounds in which the weight grows to beta, by as much in each; 0: it is beta at once
 * @param rows of the data set: after so many examples an epoch ends
 * @param answer positions of the longest answer
 */
record CertaintyObjective(
    TokenNetwork network,
    MaskedVocabulary vocabulary,
    Buckets lengths,
    int microBatch,
    Masking masking,
    double beta,
    int rise,
    double temperature,
    boolean every,
    long rows,
    int answer)
    implements Loss {
  /** What a round logs. */
  static final List<String> TOTALS = List.of("loss", "crossEntropy", "entropy", "kept");

  /** What is below the largest logit is below it by more. */
  private static final double BELOW = -1e-30;

  @Override
  public BatchShape shape() {
    return BatchShape.padded(microBatch, lengths.largest());
  }

  @Override
  public BatchShape shape(byte[] record) {
    return BatchShape.padded(microBatch, lengths.fit(IdRecord.length(record)));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>(targets().config());
    config.putAll(vocabulary.config());
    config.putAll(Map.of("temperature", temperature, "every", every, "views", masking.count()));
    return config;
  }

  private Targets targets() {
    return new Targets(network.vocabulary(), answer);
  }

  private BatchShape views(BatchShape shape) {
    return BatchShape.padded(masking.count() * shape.batch(), shape.length());
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Graph graph = scopes.graph();
    int views = views(shape).batch();
    Value logits =
        vocabulary.of(
            graph,
            targets().of(graph, network.logits(scopes.of(NETWORK), views(shape)), views(shape)));
    int places = logits.size(1);
    Value labels = graph.indices("labels", views, places);
    Value weights = graph.input("weights", views, places); // 1 / |A| / union at targets, else 0
    Value viewWeights = graph.input("viewWeights", views); // 1 / union
    Value targets = weights.greaterThan(0);
    Value kept = every ? targets : right(graph, logits, labels).mul(targets);
    Value count = kept.sum(false, 1);
    Value crossEntropy = graph.crossEntropy(logits, labels, weights);
    Value entropies = entropy(logits.div(temperature)).mul(kept).sum(false, 1);
    Value entropy = entropies.div(count.clip(1, places)).mul(viewWeights).sum();
    graph.output("crossEntropy", crossEntropy);
    graph.output("entropy", entropy);
    graph.output("kept", kept.mul(weights).sum().div(masking.count()));
    graph.output("loss", crossEntropy.add(entropy.mul(graph.input("beta", 1)).sum()));
  }

  /** 1 where the label is an argmax, {@code [views, length]}; without a gradient. */
  private static Value right(Graph graph, Value logits, Value labels) {
    return logits
        .sub(logits.max(true, -1))
        .mul(graph.oneHot(labels, logits.size(-1)))
        .sum(false, -1)
        .greaterThan(BELOW);
  }

  /** {@code -sum q ln q} of each position. */
  private static Value entropy(Value logits) {
    Value logQ = logits.logSoftmax();
    return logQ.exp().mul(logQ).sum(false, -1).neg();
  }

  @Override
  public void set(Program program, Batch batch) {
    BatchShape shape = views(shape(batch.records().get(0)));
    int length = shape.length();
    int views = shape.batch();
    int mask = vocabulary.mask();
    Targets.Places places = targets().in(shape);
    int[] tokens = new int[views * length];
    int[] labels = new int[places.count()];
    double[] weights = new double[places.count()];
    double[] viewWeights = new double[views];
    float[] padding = new float[views * length];
    int view = 0;
    for (int i = 0; i < batch.size(); i++) {
      IdRecord record = IdRecord.of(batch.records().get(i));
      int[] ids = record.row().ids();
      for (Masking.View masked : views(batch, i, record)) {
        int at = view * length;
        System.arraycopy(ids, 0, tokens, at, ids.length);
        Arrays.fill(padding, at + ids.length, at + length, 1);
        for (int position : masked.targets()) {
          int place = places.take(view, position);
          labels[place] = ids[position];
          weights[place] = 1.0 / masked.targets().length / batch.union();
          tokens[at + position] = mask;
        }
        Arrays.stream(masked.behind()).forEach(position -> tokens[at + position] = mask);
        viewWeights[view++] = 1.0 / batch.union();
      }
    }
    places.set(program);
    program
        .set("tokens", tokens)
        .set("padding", padding)
        .set("labels", labels)
        .set("weights", weights)
        .set("viewWeights", viewWeights)
        .set("beta", new double[] {weight(batch.round())});
  }

  private double weight(long round) {
    return rise == 0 ? beta : beta * Math.min(1, (round + 1.0) / rise);
  }

  /** By the epoch that the example is drawn in: rounds of one size use every row once an epoch. */
  private List<Masking.View> views(Batch batch, int example, IdRecord record) {
    int epoch = (int) ((batch.round() * batch.union() + batch.number(example)) / rows);
    return masking.views(
        record.row().open(), record.row().ids().length, batch.seed(), epoch, record.id());
  }
}
