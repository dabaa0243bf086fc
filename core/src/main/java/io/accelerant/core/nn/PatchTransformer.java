package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DiT (Peebles and Xie 2023): a transformer over the patches of a square image, conditioned by
 * adaLN-zero on time and class. Names and shapes are those of the published code; its start differs
 * in one point, see {@link #condition}. Inputs {@code x [batch, channels, size, size]}, {@code time
 * [batch]} (steps 0..999), {@code label [batch]} if there are classes, where the number {@code
 * classes} stands for "no class". Output {@code prediction [batch, channels, size, size]}, twice
 * the channels with {@code learnSigma}.
 *
 * @param patch divides size
 * @param width divisible by 4 and by heads
 * @param classes 0 for none
 */
public record PatchTransformer(
    int channels,
    int size,
    int patch,
    int width,
    int layers,
    int heads,
    int hidden,
    int classes,
    boolean learnSigma)
    implements NetworkSpec {
  static final String TYPE = "accelerant-dit";
  private static final String POSITIONS = "pos_embed";
  private static final double EPSILON = 1e-6;
  private static final Scope.Order ORDER = Scope.Order.OUT_IN;

  public PatchTransformer {
    Sizes.positive("channels", channels, "size", size, "patch", patch, "width", width);
    Sizes.positive("layers", layers, "heads", heads, "hidden", hidden);
    Sizes.heads(width, heads);
    if (size % patch != 0 || width % 4 != 0 || classes < 0) {
      throw new IllegalArgumentException(
          Text.of(
              "size %d must be a multiple of patch %d, width %d of 4, and classes %d not negative",
              size, patch, width, classes));
    }
  }

  @Override
  public boolean trains(String parameter) {
    return !parameter.equals(POSITIONS);
  }

  @Override
  public void build(Scope scope, BatchShape shape) {
    scope.graph().output("prediction", apply(scope, shape));
  }

  /** As {@link #apply(Scope, Value, Value, Optional)}; declares the inputs as well. */
  public Value apply(Scope scope, BatchShape shape) {
    Graph g = scope.graph();
    int batch = shape.batch();
    Value x = g.input("x", batch, channels, size, size);
    Value time = g.input("time", batch);
    Optional<Value> label = classes > 0 ? Optional.of(g.indices("label", batch)) : Optional.empty();
    return apply(scope, x, time, label);
  }

  /** The function alone, for losses of one's own; shapes as above. */
  public Value apply(Scope scope, Value image, Value time, Optional<Value> label) {
    int patches = size / patch * (size / patch);
    Value x = embed(scope.in("x_embedder").in("proj"), image);
    Initial grid = Initial.of(gridSinusoids(size / patch, width));
    x = x.add(scope.parameter(POSITIONS, grid, 1, patches, width));
    Value c = condition(scope, time, label);
    for (int i = 0; i < layers; i++) {
      x = block(scope.in("blocks").in(i), x, c);
    }
    return last(scope.in("final_layer"), x, c);
  }

  /**
   * Time plus class, each of about unit variance at the start whatever the width. The published
   * code draws them with deviation 0.02, chosen for widths of 384 and more: at width 32 the
   * condition then starts a sixtieth as large, gradients of the modulations with it, and a small
   * network learns to denoise patch by patch long before its labels and times have an effect.
   *
   * @return {@code [batch, width]}
   */
  private Value condition(Scope scope, Value time, Optional<Value> label) {
    int frequencies = TimeEmbedding.FREQUENCIES;
    Initial first = Initial.he(frequencies);
    Value c =
        TimeEmbedding.apply(
            scope.in("t_embedder"), time, frequencies, width, first, Initial.he(width));
    if (label.isEmpty()) {
      return c;
    }
    Scope s = scope.in("y_embedder").in("embedding_table");
    Value table = s.table(Initial.normal(1), classes + 1, width);
    return c.add(scope.graph().embedding(table, label.get()));
  }

  /** A convolution with stride = kernel, as a product over the flattened patch (c, i, j). */
  private Value embed(Scope s, Value image) {
    int n = size / patch;
    int in = channels * patch * patch;
    Value rows =
        image.reshape(-1, channels, n, patch, n, patch).permute(0, 2, 4, 1, 3, 5).reshape(-1, in);
    Value w = s.parameter("weight", Initial.xavier(in, width), width, channels, patch, patch);
    Value y = rows.matmul(w.reshape(width, in), false, true);
    return y.add(s.parameter("bias", Initial.ZEROS, width)).reshape(-1, n * n, width);
  }

  /** Eq. of section 3.2: x + gate * f(norm(x) (1 + scale) + shift), for attention and for MLP. */
  private Value block(Scope s, Value x, Value condition) {
    Initial first = Initial.xavier(width, hidden);
    List<Value> m = Modulation.parts(s, condition, 6);
    Value h = Modulation.apply(Norm.LAYER.plain(s, x, EPSILON), m.get(0), m.get(1));
    x = x.add(m.get(2).mul(attention(s.in("attn"), h)));
    h = Modulation.apply(Norm.LAYER.plain(s, x, EPSILON), m.get(3), m.get(4));
    FeedForward mlp =
        new FeedForward("fc1", "fc2", hidden, Activation.GELU_NEW, ORDER, first, first);
    return x.add(m.get(5).mul(mlp.plain(s.in("mlp"), h)));
  }

  private Value attention(Scope s, Value x) {
    Value qkv =
        s.linear("qkv", x, 3 * width, ORDER, Initial.xavier(width, 3 * width), Initial.ZEROS);
    Value mixed = Attention.mix(Attention.split(qkv, heads), Optional.empty());
    return s.linear("proj", mixed, width, ORDER, Initial.xavier(width, width), Initial.ZEROS);
  }

  /** Rows of a patch are (i, j, channel). */
  private Value last(Scope s, Value x, Value condition) {
    int n = size / patch;
    int out = learnSigma ? 2 * channels : channels;
    List<Value> m = Modulation.parts(s, condition, 2);
    Value h = Modulation.apply(Norm.LAYER.plain(s, x, EPSILON), m.get(0), m.get(1));
    return s.linear("linear", h, patch * patch * out, ORDER, Initial.ZEROS, Initial.ZEROS)
        .reshape(-1, n, n, patch, patch, out)
        .permute(0, 5, 1, 3, 2, 4)
        .reshape(-1, out, size, size);
  }

  /**
   * Sinusoids of column, then of row, each [sin .., cos ..] of a quarter of the width.
   *
   * @return {@code [n * n][width]} row-major
   */
  static double[] gridSinusoids(int n, int width) {
    int quarter = width / 4;
    double[] table = new double[n * n * width];
    for (int p = 0; p < n * n; p++) {
      for (int i = 0; i < quarter; i++) {
        double column = Positions.angle(p % n, i, quarter);
        double row = Positions.angle(p / n, i, quarter);
        table[p * width + i] = StrictMath.sin(column);
        table[p * width + quarter + i] = StrictMath.cos(column);
        table[p * width + 2 * quarter + i] = StrictMath.sin(row);
        table[p * width + 3 * quarter + i] = StrictMath.cos(row);
      }
    }
    return table;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", TYPE);
    config.put("in_channels", channels);
    config.put("input_size", size);
    config.put("patch_size", patch);
    config.put("hidden_size", width);
    config.put("depth", layers);
    config.put("num_heads", heads);
    config.put("mlp_hidden", hidden);
    config.put("num_classes", classes);
    config.put("learn_sigma", learnSigma);
    return config;
  }

  static PatchTransformer of(ConfigFile config) {
    return new PatchTransformer(
        config.size("in_channels"),
        config.size("input_size"),
        config.size("patch_size"),
        config.size("hidden_size"),
        config.size("depth"),
        config.size("num_heads"),
        config.size("mlp_hidden"),
        (int) config.number("num_classes", 0),
        config.flag("learn_sigma", false));
  }
}
