package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.RotationTable;
import io.accelerant.core.engine.Value;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A pre-norm transformer over tokens. {@link #gpt2} is GPT-2 itself (Radford et al. 2019), name for
 * name as Hugging Face stores it; the {@code with} methods change one thing each. With time
 * conditioning every block and the final norm are modulated as in DiT, and norms have no weights.
 *
 * @param maximumLength rows of a learned position table, and the bound on the length otherwise
 * @param heads divides width; {@code width / heads} is even for rotary positions
 * @param hidden width of the feed-forward network
 * @param causal a position sees itself and earlier ones only
 * @param gated {@code act(x Wg) * (x W1)} without biases (SwiGLU with SILU), else one matrix
 * @param tied the output matrix is the embedding table
 * @param timed {@code time [batch]}: give diffusion times in [0, 1] times 1000
 * @param epsilon of the norms
 */
public record Transformer(
    int vocabulary,
    int maximumLength,
    int width,
    int layers,
    int heads,
    int hidden,
    boolean causal,
    Positions positions,
    Norm norm,
    Activation activation,
    boolean gated,
    boolean tied,
    boolean timed,
    double epsilon)
    implements CausalNetwork {
  static final String TYPE = "accelerant-transformer";
  static final String GPT2 = "gpt2";

  /** Name of the embedding table {@code [vocabulary, width]}. */
  public static final String TABLE = "transformer.wte.weight";

  private static final Scope.Order ORDER = Scope.Order.IN_OUT;
  private static final double DEVIATION = 0.02;

  /** Base of rotary positions. */
  public static final double ROTARY_BASE = 10000;

  private static final Rotary ROTARY = Rotary.of(ROTARY_BASE);

  public Transformer {
    Sizes.positive("vocabulary", vocabulary, "maximumLength", maximumLength, "layers", layers);
    Sizes.positive("width", width, "heads", heads, "hidden", hidden);
    Sizes.heads(width, heads);
    if (positions == Positions.ROTARY && width / heads % 2 != 0) {
      throw new IllegalArgumentException(
          Text.of(
              "rotary positions need an even width of a head, width %d / heads %d is %d",
              width, heads, width / heads));
    }
  }

  /** GPT-2 of any size. */
  public static Transformer gpt2(
      int vocabulary, int maximumLength, int width, int layers, int heads) {
    return new Transformer(
        vocabulary,
        maximumLength,
        width,
        layers,
        heads,
        4 * width,
        true,
        Positions.LEARNED,
        Norm.LAYER,
        Activation.GELU_NEW,
        false,
        true,
        false,
        1e-5);
  }

  public Transformer withHidden(int size) {
    return copy(size, causal, positions, norm, activation, gated, tied, timed, epsilon);
  }

  public Transformer withCausal(boolean value) {
    return copy(hidden, value, positions, norm, activation, gated, tied, timed, epsilon);
  }

  public Transformer withPositions(Positions value) {
    return copy(hidden, causal, value, norm, activation, gated, tied, timed, epsilon);
  }

  public Transformer withNorm(Norm value) {
    return copy(hidden, causal, positions, value, activation, gated, tied, timed, epsilon);
  }

  public Transformer withActivation(Activation value) {
    return copy(hidden, causal, positions, norm, value, gated, tied, timed, epsilon);
  }

  public Transformer withGated(boolean value) {
    return copy(hidden, causal, positions, norm, activation, value, tied, timed, epsilon);
  }

  public Transformer withTied(boolean value) {
    return copy(hidden, causal, positions, norm, activation, gated, value, timed, epsilon);
  }

  public Transformer withTimed(boolean value) {
    return copy(hidden, causal, positions, norm, activation, gated, tied, value, epsilon);
  }

  public Transformer withEpsilon(double value) {
    return copy(hidden, causal, positions, norm, activation, gated, tied, timed, value);
  }

  private Transformer copy(
      int newHidden,
      boolean newCausal,
      Positions newPositions,
      Norm newNorm,
      Activation newActivation,
      boolean newGated,
      boolean newTied,
      boolean newTimed,
      double newEpsilon) {
    return new Transformer(
        vocabulary,
        maximumLength,
        width,
        layers,
        heads,
        newHidden,
        newCausal,
        newPositions,
        newNorm,
        newActivation,
        newGated,
        newTied,
        newTimed,
        newEpsilon);
  }

  /** Whether Hugging Face's GPT2LMHeadModel is this network. */
  public boolean isGpt2() {
    return causal && positions == Positions.LEARNED && norm == Norm.LAYER && !gated && !timed;
  }

  @Override
  public int keptWidth() {
    return width;
  }

  @Override
  public String table() {
    return TABLE;
  }

  @Override
  public List<String> matrices() {
    return gated
        ? List.of("c_attn", "c_proj", "c_fc", "c_gate")
        : List.of("c_attn", "c_proj", "c_fc");
  }

  @Override
  public States states(Scope scope, Value tokens, Optional<Value> padding, Optional<Value> time) {
    int length = tokens.size(1);
    Scope s = scope.in("transformer");
    Initial normal = Initial.normal(DEVIATION);
    Value table = s.in("wte").table(normal, vocabulary, width);
    Value x = s.graph().embedding(table, tokens);
    if (positions == Positions.LEARNED) {
      Value rows = s.in("wpe").table(normal, maximumLength, width);
      x = x.add(rows.slice(0, 0, length));
    } else if (positions == Positions.SINUSOIDAL) {
      x = x.add(s.graph().constant(Positions.sinusoids(length, width), length, width));
    }
    Optional<Value> condition =
        time.map(t -> TimeEmbedding.apply(s.in("t_embedder"), t, TimeEmbedding.FREQUENCIES, width));
    Optional<Value> mask = Attention.mask(s.graph(), length, causal, padding);
    Optional<Rotary.Turn> turn =
        positions == Positions.ROTARY
            ? Optional.of(ROTARY.turn(s.graph(), length, width / heads))
            : Optional.empty();
    UnaryOperator<Value> mixing = qkv -> mix(qkv, turn, mask);
    for (int i = 0; i < layers; i++) {
      x = block(s.in("h").in(i), x, mixing, condition);
    }
    Value last = last(s, x, condition);
    return new States(last, head(scope, last, table));
  }

  @Override
  public Value step(Scope scope, Value tokens, Value positions) {
    Scope s = scope.in("transformer");
    Graph g = s.graph();
    Initial normal = Initial.normal(DEVIATION);
    Value table = s.in("wte").table(normal, vocabulary, width);
    Value x = g.embedding(table, tokens);
    if (this.positions == Positions.LEARNED) {
      x = x.add(g.embedding(s.in("wpe").table(normal, maximumLength, width), positions));
    } else if (this.positions == Positions.SINUSOIDAL) {
      double[] sinusoids = Positions.sinusoids(maximumLength, width);
      x = x.add(g.embedding(g.constant(sinusoids, maximumLength, width), positions));
    }
    Optional<RotationTable> rotation =
        this.positions == Positions.ROTARY
            ? Optional.of(ROTARY.table(width / heads))
            : Optional.empty();
    for (int i = 0; i < layers; i++) {
      int layer = i;
      UnaryOperator<Value> mixing = qkv -> g.cachedAttention(layer, qkv, heads, heads, rotation);
      x = block(s.in("h").in(i), x, mixing, Optional.empty());
    }
    return head(scope, last(s, x, Optional.empty()), table);
  }

  private Value head(Scope scope, Value x, Value table) {
    if (tied) {
      return x.reshape(-1, width).matmul(table, false, true);
    }
    return scope
        .linear("lm_head", x, vocabulary, Scope.Order.OUT_IN, Initial.normal(DEVIATION))
        .reshape(-1, vocabulary);
  }

  /**
   * @param mixing attention of queries, keys and values side by side
   */
  private Value block(Scope s, Value x, UnaryOperator<Value> mixing, Optional<Value> condition) {
    if (condition.isEmpty()) {
      x = x.add(attention(s.in("attn"), norm.apply(s, "ln_1", x, epsilon), mixing));
      return x.add(feedForward(s.in("mlp"), norm.apply(s, "ln_2", x, epsilon)));
    }
    List<Value> m = Modulation.parts(s, condition.get(), 6);
    Value h = Modulation.apply(norm.plain(s, x, epsilon), m.get(0), m.get(1));
    x = x.add(m.get(2).mul(attention(s.in("attn"), h, mixing)));
    h = Modulation.apply(norm.plain(s, x, epsilon), m.get(3), m.get(4));
    return x.add(m.get(5).mul(feedForward(s.in("mlp"), h)));
  }

  private Value attention(Scope s, Value x, UnaryOperator<Value> mixing) {
    Value qkv = s.linear("c_attn", x, 3 * width, ORDER, Initial.normal(DEVIATION), Initial.ZEROS);
    return s.linear("c_proj", mixing.apply(qkv), width, ORDER, residual(), Initial.ZEROS);
  }

  private Value mix(Value qkv, Optional<Rotary.Turn> turn, Optional<Value> mask) {
    List<Value> parts = Attention.split(qkv, heads);
    return turn.map(t -> Attention.mix(Attention.turned(parts, t), mask))
        .orElseGet(() -> Attention.mix(parts, mask));
  }

  private Value feedForward(Scope s, Value x) {
    FeedForward f =
        new FeedForward(
            "c_fc", "c_proj", hidden, activation, ORDER, Initial.normal(DEVIATION), residual());
    return gated ? f.gated(s, x, "c_gate") : f.plain(s, x);
  }

  /** Section 2.3 of the GPT-2 report: 1 / sqrt(number of residual layers). */
  private Initial residual() {
    return Initial.normal(DEVIATION / StrictMath.sqrt(2.0 * layers));
  }

  private Value last(Scope s, Value x, Optional<Value> condition) {
    if (condition.isEmpty()) {
      return norm.apply(s, "ln_f", x, epsilon);
    }
    List<Value> m = Modulation.parts(s.in("final_layer"), condition.get(), 2);
    return Modulation.apply(norm.plain(s, x, epsilon), m.get(0), m.get(1));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", isGpt2() ? GPT2 : TYPE);
    if (isGpt2()) {
      config.put("architectures", List.of("GPT2LMHeadModel"));
    }
    config.put("vocab_size", vocabulary);
    config.put("n_positions", maximumLength);
    config.put("n_embd", width);
    config.put("n_layer", layers);
    config.put("n_head", heads);
    config.put("n_inner", hidden);
    config.put("activation_function", activation.label());
    config.put("layer_norm_epsilon", epsilon);
    config.put("tie_word_embeddings", tied);
    if (!isGpt2()) {
      config.put("causal", causal);
      config.put("positions", positions.label());
      config.put("norm", norm.label());
      config.put("gated", gated);
      config.put("timed", timed);
    }
    return config;
  }

  /** Reads {@link #config()}, or Hugging Face's configuration of a GPT-2. */
  static Transformer of(ConfigFile config) {
    boolean gpt2 = config.text("model_type", "").equals(GPT2);
    int width = config.size("n_embd");
    if (gpt2) {
      config.require("scale_attn_weights", true, true);
      config.require("scale_attn_by_inverse_layer_idx", false, false);
      config.require("add_cross_attention", false, false);
    }
    return new Transformer(
        config.size("vocab_size"),
        config.size("n_positions"),
        width,
        config.size("n_layer"),
        config.size("n_head"),
        config.size("n_inner", 4 * width),
        gpt2 || config.flag("causal", true),
        gpt2 ? Positions.LEARNED : config.named("positions", Positions.values()),
        gpt2 ? Norm.LAYER : config.named("norm", Norm.values()),
        config.activation("activation_function", Activation.GELU_NEW),
        !gpt2 && config.flag("gated", false),
        config.flag("tie_word_embeddings", true),
        !gpt2 && config.flag("timed", false),
        config.number("layer_norm_epsilon", 1e-5));
  }
}
