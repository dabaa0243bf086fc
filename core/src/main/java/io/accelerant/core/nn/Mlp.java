package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fully connected layers, {@code layers.0.weight [out, in]} and so on, initialised as PyTorch's
 * Linear. Input {@code x [batch, in]}, output {@code prediction [batch, out]}.
 *
 * @param hidden widths of the hidden layers; may be empty
 */
public record Mlp(int in, List<Integer> hidden, int out, Activation activation)
    implements NetworkSpec {
  static final String TYPE = "accelerant-mlp";

  public Mlp {
    Sizes.positive("in", in, "out", out);
    hidden = List.copyOf(hidden);
    hidden.forEach(size -> Sizes.positive("hidden", size));
  }

  @Override
  public void build(Scope scope, BatchShape shape) {
    Graph g = scope.graph();
    g.output("prediction", apply(scope, g.input("x", shape.batch(), in)));
  }

  /**
   * The function alone, for losses of one's own.
   *
   * @param x {@code [.., in]}
   * @return {@code [.., out]}
   */
  public Value apply(Scope scope, Value x) {
    return last(scope, hidden(scope, x));
  }

  /** The last layer of {@link #hidden}. */
  Value last(Scope scope, Value hiddenValue) {
    return layer(scope.in("layers"), hidden.size(), hiddenValue, out);
  }

  /**
   * The function without its last layer.
   *
   * @param x {@code [.., in]}
   * @return {@code [.., width()]}
   */
  public Value hidden(Scope scope, Value x) {
    for (int i = 0; i < hidden.size(); i++) {
      x = activation.apply(layer(scope.in("layers"), i, x, hidden.get(i)));
    }
    return x;
  }

  /** Numbers that go into the last layer. */
  public int width() {
    return hidden.isEmpty() ? in : hidden.get(hidden.size() - 1);
  }

  private static Value layer(Scope s, int index, Value x, int width) {
    Initial uniform = Initial.uniform(1 / StrictMath.sqrt(x.size(-1)));
    return s.linear(Integer.toString(index), x, width, Scope.Order.OUT_IN, uniform, uniform);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", TYPE);
    config.put("in", in);
    config.put("hidden", hidden);
    config.put("out", out);
    config.put("activation", activation.label());
    return config;
  }

  static Mlp of(ConfigFile config) {
    return new Mlp(
        config.size("in"),
        config.sizes("hidden"),
        config.size("out"),
        config.activation("activation", Activation.RELU));
  }
}
