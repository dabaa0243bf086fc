package io.accelerant.core.nn;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Value;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * DiT (Peebles and Xie 2023): a transformer over the patches of a square image or of the frames of
 * a video, conditioned by adaLN-zero on time and class. Names and shapes are those of the published
 * code, of a video those of Latte's patches and tables of places; its start differs in one point,
 * see {@link #condition}. Inputs {@code x [batch, channels, size, size]}, of a video {@code [batch,
 * channels, frames, size, size]}, {@code time [batch]} (steps 0..999), {@code label [batch]} if
 * there are classes, where the number {@code classes} stands for "no class". Output {@code
 * prediction}, of the shape of x, twice the channels with {@code learnSigma}.
 *
 * <p>A network may lack blocks: one that is not in {@code keep} is the identity. It has the
 * parameters of its blocks alone, under the names that they have in the network it was made from,
 * so that a pruned file holds tensors of the whole one, unchanged, and the numbers of blocks mean
 * the same in both.
 *
 * @param patch divides size
 * @param width divisible by 4 and by heads
 * @param layers numbers of blocks go from 0 to layers - 1
 * @param classes 0 for none
 * @param keep the blocks that are there, rising
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
    boolean learnSigma,
    Frames frames,
    List<Integer> keep)
    implements NetworkSpec {
  static final String TYPE = "accelerant-dit";
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
    keep = List.copyOf(keep);
    if (keep.isEmpty() || !keep.equals(all(layers).stream().filter(keep::contains).toList())) {
      throw new IllegalArgumentException(
          Text.of("kept blocks must rise from 0 to %d at most, are %s", layers - 1, keep));
    }
  }

  /** Of images, with all blocks. */
  public PatchTransformer(
      int channels,
      int size,
      int patch,
      int width,
      int layers,
      int heads,
      int hidden,
      int classes,
      boolean learnSigma) {
    this(
        channels,
        size,
        patch,
        width,
        layers,
        heads,
        hidden,
        classes,
        learnSigma,
        Frames.NONE,
        all(layers));
  }

  private static List<Integer> all(int layers) {
    return IntStream.range(0, layers).boxed().toList();
  }

  /** The same over frames. */
  public PatchTransformer withFrames(Frames other) {
    return new PatchTransformer(
        channels, size, patch, width, layers, heads, hidden, classes, learnSigma, other, keep);
  }

  /** The same with these blocks alone, which must be among its own. */
  public PatchTransformer withKept(List<Integer> blocks) {
    requireOwn(blocks);
    return new PatchTransformer(
        channels, size, patch, width, layers, heads, hidden, classes, learnSigma, frames, blocks);
  }

  private void requireOwn(List<Integer> blocks) {
    if (!keep.containsAll(blocks)) {
      throw new IllegalArgumentException(
          Text.of("blocks %s are not all among those that are there, %s", blocks, keep));
    }
  }

  /**
   * The parameters of a network with fewer blocks, unchanged.
   *
   * @param parameters in the order of this network's layout
   * @return in the order of the other's
   */
  public float[] pruned(float[] parameters, PatchTransformer other) {
    Layout layout = other.layout();
    Flat kept = Flat.zeros(Precision.FLOAT32, layout.size());
    layout().copy(Flat.of(parameters), layout, kept);
    return kept.floats();
  }

  /** Numbers of x without the batch. */
  public int numbers() {
    return channels * frames.count() * size * size;
  }

  private Patches patches() {
    return new Patches(channels, size, patch, frames);
  }

  @Override
  public boolean trains(String parameter) {
    return !Patches.isFixed(parameter);
  }

  @Override
  public void build(Scope scope, BatchShape shape) {
    scope.graph().output("prediction", apply(scope, shape));
  }

  /** As {@link #apply(Scope, Value, Value, Optional)}; declares the inputs as well. */
  public Value apply(Scope scope, BatchShape shape) {
    return apply(scope, shape, keep);
  }

  /**
   * As {@link #apply(Scope, BatchShape)} with some of the blocks. Parameters of all are declared,
   * so that the layout stays; those of a skipped block have no effect and the gradient 0.
   *
   * @param blocks some of {@link #keep}
   */
  public Value apply(Scope scope, BatchShape shape, List<Integer> blocks) {
    return apply(scope, shape, blocks, (block, state) -> {});
  }

  Value apply(Scope scope, BatchShape shape, List<Integer> blocks, Watcher watcher) {
    requireOwn(blocks);
    Graph g = scope.graph();
    Value x = g.input("x", patches().shape(shape.batch(), channels));
    Value time = g.input("time", shape.batch());
    Optional<Value> label =
        classes > 0 ? Optional.of(g.indices("label", shape.batch())) : Optional.empty();
    return apply(scope, x, time, label, blocks, watcher);
  }

  /** The function alone, for losses of one's own; shapes as above. */
  public Value apply(Scope scope, Value image, Value time, Optional<Value> label) {
    return apply(scope, image, time, label, keep, (block, state) -> {});
  }

  /** Takes the stream of tokens, {@code [batch, patches, width]}, before and after each block. */
  interface Watcher {
    /**
     * @param block whose input this is; {@code layers} behind the last
     */
    void state(int block, Value state);
  }

  private Value apply(
      Scope scope,
      Value image,
      Value time,
      Optional<Value> label,
      List<Integer> blocks,
      Watcher watcher) {
    Value x = patches().embed(scope.in("x_embedder").in("proj"), image, width);
    x = patches().addPlaces(scope, x, width);
    Value c = condition(scope, time, label);
    for (int i : keep) {
      watcher.state(i, x);
      Value y = block(scope.in("blocks").in(i), x, c);
      x = blocks.contains(i) ? y : x; // what nobody reads is not computed
    }
    watcher.state(layers, x);
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

  private Value last(Scope s, Value x, Value condition) {
    int out = learnSigma ? 2 * channels : channels;
    List<Value> m = Modulation.parts(s, condition, 2);
    Value h = Modulation.apply(Norm.LAYER.plain(s, x, EPSILON), m.get(0), m.get(1));
    int numbers = patches().area() * out;
    return patches().join(s.linear("linear", h, numbers, ORDER, Initial.ZEROS, Initial.ZEROS), out);
  }

  @Override
  public List<String> matrices() {
    return List.of("qkv", "proj", "fc1", "fc2");
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
    if (frames.isVideo()) {
      config.put("num_frames", frames.count());
      config.put("frame_patch_size", frames.patch());
    }
    if (keep.size() < layers) {
      config.put("kept_blocks", keep);
    }
    return config;
  }

  static PatchTransformer of(ConfigFile config) {
    int layers = config.size("depth");
    return new PatchTransformer(
        config.size("in_channels"),
        config.size("input_size"),
        config.size("patch_size"),
        config.size("hidden_size"),
        layers,
        config.size("num_heads"),
        config.size("mlp_hidden"),
        (int) config.number("num_classes", 0),
        config.flag("learn_sigma", false),
        new Frames(config.size("num_frames", 1), config.size("frame_patch_size", 1)),
        config.indices("kept_blocks", all(layers)));
  }
}
