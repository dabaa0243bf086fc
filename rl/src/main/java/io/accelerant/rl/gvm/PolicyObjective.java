package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.lm.Targets;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link ClippedLoss} of a causal network on a graph: {@code sum_j w_j sum_t l_t}. Every record, a
 * {@link RolloutRecord}, brings its weight with all normalisers in it; nothing is divided by the
 * size of the union batch.
 *
 * <p>Outputs beside {@code loss}: {@code entropy}, {@code sum_j w_j sum_t} of that of the next
 * token in nats; {@code clipped}, the number of tokens without a gradient of the ratio though the
 * advantage is not 0, unless plain; {@code kl}, {@code sum_j w_j sum_t (exp(d) - d - 1)}, if it
 * counts.
 *
 * @param network a causal transformer, perhaps with adapters
 * @param lengths for which programs are built, of what is read: one less than of rows
 * @param microBatch rows of one program
 * @param plain whether a token has {@code -A logp} instead of the clipped ratio
 * @param answer most tokens of an answer, its end with them
 */
public record PolicyObjective(
    NetworkSpec network, Buckets lengths, int microBatch, Clip clip, boolean plain, int answer)
    implements Loss {
  /** c of the dual clip. */
  static final double DUAL = 3;

  /** No ratio in reach; beyond, its loss is flat anyhow, and its exponential must be finite. */
  private static final double FARTHEST = 60;

  /**
   * How far a policy may go.
   *
   * @param low how far the ratio may fall
   * @param high how far it may rise
   * @param kl weight of the divergence from the reference, which records need if it is above 0
   */
  public record Clip(double low, double high, double kl) implements Serializable {
    public Clip {
      new ClippedLoss(low, high, DUAL, kl, false); // checks them
    }
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if the network does not read from left to
   *     right
   */
  public PolicyObjective {
    new TokenStep(network); // checks it
  }

  /** Of rows of up to so many tokens, all but one of which may be the answer. */
  public static PolicyObjective of(
      NetworkSpec network, int longest, int microBatch, Clip clip, boolean plain) {
    int read = Math.max(1, longest - 1);
    return new PolicyObjective(network, Buckets.upTo(read), microBatch, clip, plain, read);
  }

  /** Of answers of up to so many tokens, their ends with them. */
  PolicyObjective withAnswer(int longest) {
    return new PolicyObjective(network, lengths, microBatch, clip, plain, longest);
  }

  private Targets answers() {
    return new Targets(new TokenStep(network).vocabulary(), answer);
  }

  /** The outputs, to be added up and logged. */
  public List<String> totals() {
    List<String> totals = new ArrayList<>(List.of("loss", "entropy"));
    if (!plain) {
      totals.add("clipped");
    }
    if (refers()) {
      totals.add("kl");
    }
    return totals;
  }

  private boolean refers() {
    return clip.kl() > 0;
  }

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch, lengths.largest());
  }

  @Override
  public BatchShape shape(byte[] record) {
    return BatchShape.of(microBatch, lengths.fit(RolloutRecord.read(record)));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>(answers().config());
    config.putAll(Map.of("low", clip.low(), "high", clip.high(), "kl", clip.kl(), "plain", plain));
    return config;
  }

  /** A graph on its way. */
  private record Tokens(Graph graph, Value logP, Value answered, Value weights) {
    Value input(String name) {
      return graph.input(name, logP.shape());
    }

    /** Sum over the tokens of each answer, {@code [batch]}. */
    Value sums(Value ofToken) {
      return ofToken.mul(answered).sum(false, 1);
    }
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Graph graph = scopes.graph();
    int batch = shape.batch();
    Value all = new TokenStep(network).base().logits(scopes.of(NETWORK), shape);
    Value logits = answers().of(graph, all, shape);
    Value logLaw = logits.logSoftmax();
    Value targets = graph.indices("targets", batch, logits.size(1));
    Tokens tokens =
        new Tokens(
            graph,
            logP(graph, logits, logLaw, targets),
            graph.input("answered", batch, logits.size(1)),
            graph.input("weights", batch));
    Value gain = graph.input("gain", batch); // max(A, 0)
    Value harm = graph.input("harm", batch); // max(-A, 0)
    Value loss = plain ? tokens.sums(tokens.logP).mul(harm.sub(gain)) : clipped(tokens, gain, harm);
    if (refers()) {
      Value divergence = tokens.sums(divergence(tokens));
      graph.output("kl", divergence.mul(tokens.weights).sum());
      loss = loss.add(divergence.mul(clip.kl()));
    }
    Value entropy = tokens.sums(logLaw.exp().mul(logLaw).sum(false, -1).neg());
    graph.output("entropy", entropy.mul(tokens.weights).sum());
    graph.output("loss", loss.mul(tokens.weights).sum());
  }

  /** Of each target, {@code [batch, places]}; by a kernel where there are many classes. */
  private static Value logP(Graph graph, Value logits, Value logLaw, Value targets) {
    int classes = logits.size(-1);
    return classes > Graph.MANY_CLASSES
        ? graph.negativeLogLikelihood(logits, targets).neg()
        : logLaw.mul(graph.oneHot(targets, classes)).sum(false, -1);
  }

  /**
   * {@code max(-A s, -A clip(s, 1-low, 1+high))}, at most {@code -c A} for A &lt; 0: for A &gt; 0
   * it is {@code -A min(s, 1+high)}, for A &lt; 0 {@code -A clip(s, 1-low, c)}. Flat pieces are put
   * together by masks, so that a border has the slope of its open side.
   *
   * @return {@code [batch]}
   */
  private Value clipped(Tokens tokens, Value gain, Value harm) {
    Value ratio = tokens.logP.sub(tokens.input("old")).clip(-FARTHEST, FARTHEST).exp();
    Value above = ratio.greaterThan(1 + clip.high());
    Value below = ratio.neg().greaterThan(clip.low() - 1);
    Value dual = ratio.greaterThan(DUAL);
    Value flat = below.add(dual);
    Value rising = ratio.mul(above.rsub(1)).add(above.mul(1 + clip.high()));
    Value falling = ratio.mul(flat.rsub(1)).add(below.mul(1 - clip.low())).add(dual.mul(DUAL));
    Value count =
        tokens.sums(above).mul(gain.greaterThan(0)).add(tokens.sums(flat).mul(harm.greaterThan(0)));
    tokens.graph.output("clipped", count.sum());
    return tokens.sums(falling).mul(harm).sub(tokens.sums(rising).mul(gain));
  }

  /** {@code exp(d) - d - 1} with {@code d = reference - logp}, 0 outside of answers. */
  private static Value divergence(Tokens tokens) {
    Value d = tokens.input("reference").sub(tokens.logP).mul(tokens.answered);
    return d.exp().sub(d).sub(1);
  }

  /**
   * @throws IllegalArgumentException if a record has no reference and the divergence counts
   */
  @Override
  public void set(Program program, Batch batch) {
    AnswerInputs inputs = new AnswerInputs(shape(batch.records().get(0)), answers());
    double[] old = new double[inputs.places()];
    double[] reference = new double[inputs.places()];
    double[] advantages = new double[microBatch];
    double[] weights = new double[microBatch];
    for (int i = 0; i < batch.size(); i++) {
      RolloutRecord row = RolloutRecord.of(batch.records().get(i));
      int first = inputs.put(i, row.prompt(), row.answer());
      System.arraycopy(row.old(), 0, old, first, row.answer().length);
      if (refers()) {
        double[] own = row.reference().orElseThrow(PolicyObjective::unreferred);
        System.arraycopy(own, 0, reference, first, own.length);
      }
      advantages[i] = row.advantage();
      weights[i] = row.weight();
    }
    inputs.set(program);
    program
        .set("gain", Arrays.stream(advantages).map(a -> Math.max(a, 0)).toArray())
        .set("harm", Arrays.stream(advantages).map(a -> Math.max(-a, 0)).toArray())
        .set("weights", weights);
    if (!plain) {
      program.set("old", old);
    }
    if (refers()) {
      program.set("reference", reference);
    }
  }

  private static IllegalArgumentException unreferred() {
    return new IllegalArgumentException("a divergence needs records with a reference");
  }
}
