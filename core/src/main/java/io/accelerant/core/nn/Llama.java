package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.RotationTable;
import io.accelerant.core.engine.Value;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The block of Llama (Touvron et al. 2023): RMS norms before attention and before a gated
 * feed-forward network with SILU, rotary positions, keys and values of fewer heads than queries;
 * names and shapes are those of the family's files. Where the family's published network says at a
 * place what the next one holds though it looks both ways, logits are moved by one here: they are
 * about the place that they stand at, those of place 0 being those of place 1 too.
 *
 * @param groups heads of keys and values; divides heads
 * @param headWidth channels of a head, even
 * @param hidden width of the feed-forward network
 * @param tied the output matrix is the embedding table
 * @param epsilon of the norms
 * @param tokenIds keys of the configuration such as {@code eos_token_id}, which change no logit and
 *     travel along
 */
public record Llama(
    LlamaFamily family,
    int vocabulary,
    int maximumLength,
    int width,
    int layers,
    int heads,
    int groups,
    int headWidth,
    int hidden,
    boolean tied,
    double epsilon,
    Rotary rotary,
    Map<String, Object> tokenIds)
    implements CausalNetwork {
  private static final Initial NORMAL = Initial.normal(0.02);
  private static final Scope.Order ORDER = Scope.Order.OUT_IN;

  public Llama {
    Sizes.positive("vocabulary", vocabulary, "maximumLength", maximumLength, "layers", layers);
    Sizes.positive("width", width, "heads", heads, "groups", groups, "hidden", hidden);
    Sizes.positive("headWidth", headWidth);
    if (heads % groups != 0) {
      throw new IllegalArgumentException(
          Text.of("%d heads of queries do not share %d of keys and values evenly", heads, groups));
    }
    if (headWidth % 2 != 0) {
      throw new IllegalArgumentException(
          Text.of("rotary positions need an even width of a head, not %d", headWidth));
    }
    tokenIds = Collections.unmodifiableMap(new LinkedHashMap<>(tokenIds));
  }

  @Override
  public boolean causal() {
    return family.causal();
  }

  @Override
  public boolean timed() {
    return false;
  }

  @Override
  public int keptWidth() {
    return groups * headWidth;
  }

  @Override
  public List<String> matrices() {
    LlamaNames names = family.names();
    List<String> matrices = new ArrayList<>();
    for (String name :
        List.of(
            names.query(),
            names.key(),
            names.value(),
            names.mixed(),
            names.gate(),
            names.up(),
            names.down())) {
      String end = name.substring(name.lastIndexOf('.') + 1);
      if (names.head().endsWith("." + end)) { // which is no matrix of a block
        String blocks = names.blocks().substring(names.blocks().lastIndexOf('.') + 1);
        IntStream.range(0, layers).forEach(i -> matrices.add(blocks + "." + i + "." + name));
      } else {
        matrices.add(end);
      }
    }
    return List.copyOf(matrices);
  }

  @Override
  public String table() {
    return family.names().table() + ".weight";
  }

  @Override
  public States states(Scope scope, Value tokens, Optional<Value> padding, Optional<Value> time) {
    int length = tokens.size(1);
    Value table = table(scope);
    Value x = scope.graph().embedding(table, tokens);
    Optional<Value> mask = Attention.mask(scope.graph(), length, causal(), padding);
    Rotary.Turn turn = rotary.turn(scope.graph(), length, headWidth);
    Function<List<Value>, Value> mixing =
        qkv ->
            Attention.mix(
                Attention.turned(
                    List.of(
                        Attention.heads(qkv.get(0), heads),
                        Attention.heads(qkv.get(1), groups),
                        Attention.heads(qkv.get(2), groups)),
                    turn),
                mask);
    for (int i = 0; i < layers; i++) {
      x = block(scope.in(family.names().blocks()).in(i), x, mixing);
    }
    Value last = Norm.RMS.apply(scope, family.names().norm(), x, epsilon);
    if (family.shifted() && length > 1) {
      last = scope.graph().concat(1, last.slice(1, 0, 1), last.slice(1, 0, length - 1));
    }
    return new States(last, head(scope, last, table));
  }

  @Override
  public Value step(Scope scope, Value tokens, Value positions) {
    Graph g = scope.graph();
    Value table = table(scope);
    Value x = g.embedding(table, tokens);
    Optional<RotationTable> rotation = Optional.of(rotary.table(headWidth));
    for (int i = 0; i < layers; i++) {
      int layer = i;
      Function<List<Value>, Value> mixing =
          qkv ->
              g.cachedAttention(
                  layer, g.concat(1, qkv.toArray(Value[]::new)), heads, groups, rotation);
      x = block(scope.in(family.names().blocks()).in(i), x, mixing);
    }
    return head(scope, Norm.RMS.apply(scope, family.names().norm(), x, epsilon), table);
  }

  private Value table(Scope scope) {
    return scope.in(family.names().table()).table(NORMAL, vocabulary, width);
  }

  private Value head(Scope scope, Value x, Value table) {
    if (tied) {
      return x.reshape(-1, width).matmul(table, false, true);
    }
    return scope
        .linear(family.names().head(), x, vocabulary, ORDER, NORMAL)
        .reshape(-1, vocabulary);
  }

  /**
   * @param mixing attention of queries, keys and values
   */
  private Value block(Scope s, Value x, Function<List<Value>, Value> mixing) {
    LlamaNames names = family.names();
    Value h = Norm.RMS.apply(s, names.attentionNorm(), x, epsilon);
    List<Value> qkv =
        List.of(
            projection(s, names.query(), h, heads),
            projection(s, names.key(), h, groups),
            projection(s, names.value(), h, groups));
    x = x.add(s.linear(names.mixed(), mixing.apply(qkv), width, ORDER, NORMAL));
    FeedForward feedForward =
        new FeedForward(names.up(), names.down(), hidden, Activation.SILU, ORDER, NORMAL, NORMAL);
    h = Norm.RMS.apply(s, names.feedForwardNorm(), x, epsilon);
    return x.add(feedForward.gated(s, h, names.gate()));
  }

  private Value projection(Scope s, String name, Value x, int count) {
    int out = count * headWidth;
    return family.biased()
        ? s.linear(name, x, out, ORDER, NORMAL, Initial.ZEROS)
        : s.linear(name, x, out, ORDER, NORMAL);
  }

  @Override
  public Map<String, Object> config() {
    return LlamaConfig.of(family).write(this);
  }
}
